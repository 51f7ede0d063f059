//! The policies of one tool that contradict each other.

mod words;

use std::time::Duration;

use crate::{
    Cache, Confirm, Cost, Field, Keys, List, Policies, Rate, Scope, Size, Timeout, TooLarge,
};

/// Two things that one tool says and that can't both be meant.
///
/// `Display` says in one line why not, and in a second one what to do.
///
/// ```
/// use mcp_grammar::Conflict;
///
/// assert_eq!(
///     Conflict::CachedDestroyer.to_string(),
///     "a destructive tool can't be cached: the second call would change nothing\n       \
///      help: remove `cache`, or `destructive` if the tool only reads",
/// );
/// assert_eq!(Conflict::CachedDestroyer.options(), ("cache", Some("destructive")));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Conflict {
    /// `read_only` with `destructive`.
    ReadOnlyDestroyer,
    /// `cache` with `destructive`.
    CachedDestroyer,
    /// `cache` without `read_only`.
    CachedWriter,
    /// `retry` with neither `read_only` nor `idempotent`.
    RetriedWriter,
    /// `confirm` with `read_only`.
    ConfirmedReader,
    /// A rate per caller, tenant, client or claim with `auth = "none"`.
    RateOfNobody,
    /// A concurrency per caller, tenant, client or claim with `auth = "none"`.
    ConcurrencyOfNobody,
    /// A private cache with `auth = "none"`.
    PrivateToNobody,
    /// A cache that varies by a claim with `auth = "none"`.
    VariesByNobody,
    /// `when` with `auth = "none"`.
    WhenNobody,
    /// `idempotency` with `auth = "none"`.
    KeptForNobody,
    /// A public cache of a handler that takes the caller or headers.
    PublicCaller,
    /// A rate of zero.
    ZeroRate,
    /// A burst of zero.
    ZeroBurst,
    /// One call costs more than the bucket holds.
    CostOverBurst,
    /// One attempt may take longer than the whole call.
    AttemptOverTotal,
    /// The first wait before a retry may take longer than the whole call.
    BackoffOverTotal,
    /// `max_in` with an action that only an answer can have.
    ActionOnInput,
    /// `cache` with `task`.
    CachedTask,
    /// A call may take longer than its task is kept.
    TimeoutOverTtl,
}

impl Conflict {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::ReadOnlyDestroyer,
        Self::CachedDestroyer,
        Self::CachedWriter,
        Self::CachedTask,
        Self::PrivateToNobody,
        Self::VariesByNobody,
        Self::PublicCaller,
        Self::ConfirmedReader,
        Self::RetriedWriter,
        Self::BackoffOverTotal,
        Self::AttemptOverTotal,
        Self::TimeoutOverTtl,
        Self::ConcurrencyOfNobody,
        Self::WhenNobody,
        Self::KeptForNobody,
        Self::ActionOnInput,
        Self::RateOfNobody,
        Self::ZeroRate,
        Self::ZeroBurst,
        Self::CostOverBurst,
    ];
}

impl Policies<'_> {
    /// The first contradiction, if there is one.
    pub const fn conflict(&self) -> Option<Conflict> {
        let found = self.conflicts();
        if found.is_empty() {
            None
        } else {
            Some(found.at(0))
        }
    }

    /// All contradictions, the most telling ones first, for where they can be reported together.
    pub const fn conflicts(&self) -> List<Conflict, { Conflict::ALL.len() }> {
        use Conflict as C;
        let mut found = List::new(C::ReadOnlyDestroyer);
        let destroys = matches!(self.destructive, Some(true));
        let asks_nobody = matches!(&self.auth, Some(auth) if auth.is_none());
        if self.read_only && destroys {
            found = found.push(C::ReadOnlyDestroyer);
        }
        if let Some(cache) = &self.cache {
            if !self.read_only {
                found = found.push(if destroys {
                    C::CachedDestroyer
                } else {
                    C::CachedWriter
                });
            }
            if self.task.is_some() {
                found = found.push(C::CachedTask);
            }
            if asks_nobody && matches!(cache.scope, Some(Scope::Private)) {
                found = found.push(C::PrivateToNobody);
            }
            if asks_nobody && varies_by_claim(cache) {
                found = found.push(C::VariesByNobody);
            }
            let public = match cache.scope {
                Some(Scope::Public) => true,
                Some(Scope::Private) => false,
                // What anybody may call is cached for everybody.
                None => asks_nobody,
            };
            if public && self.takes_caller {
                found = found.push(C::PublicCaller);
            }
        }
        if let Some(Confirm::Ask { .. }) = self.confirm
            && self.read_only
        {
            found = found.push(C::ConfirmedReader);
        }
        if let Some(retry) = &self.retry {
            if !self.read_only && !self.idempotent {
                found = found.push(C::RetriedWriter);
            }
            let timeout = if let Some(timeout) = &self.timeout {
                *timeout
            } else {
                Timeout::DEFAULT
            };
            if is_longer(retry.first, timeout.total) {
                found = found.push(C::BackoffOverTotal);
            }
        }
        if let Some(Timeout {
            attempt: Some(attempt),
            total,
            ..
        }) = self.timeout
            && is_longer(attempt, total)
        {
            found = found.push(C::AttemptOverTotal);
        }
        if let (Some(task), Some(timeout)) = (&self.task, &self.timeout)
            && is_longer(timeout.total, task.ttl)
        {
            found = found.push(C::TimeoutOverTtl);
        }
        if let Some(concurrency) = &self.concurrency
            && asks_nobody
            && need_principal(&concurrency.keys)
        {
            found = found.push(C::ConcurrencyOfNobody);
        }
        if let Some(_) = self.when
            && asks_nobody
        {
            found = found.push(C::WhenNobody);
        }
        if let Some(_) = self.idempotency
            && asks_nobody
        {
            found = found.push(C::KeptForNobody);
        }
        if let Some(Size {
            then: TooLarge::Truncate | TooLarge::Link,
            ..
        }) = self.max_in
        {
            found = found.push(C::ActionOnInput);
        }
        let mut faults = RateFaults {
            nobody: false,
            zero: false,
            burst: false,
            cost: false,
        };
        let mut i = 0;
        while i < self.rate.len() {
            faults.add(&self.rate.at(i), asks_nobody);
            i += 1;
        }
        if faults.nobody {
            found = found.push(C::RateOfNobody);
        }
        if faults.zero {
            found = found.push(C::ZeroRate);
        }
        if faults.burst {
            found = found.push(C::ZeroBurst);
        }
        if faults.cost {
            found = found.push(C::CostOverBurst);
        }
        found
    }
}

/// What is wrong with any of a tool's rates. Each is reported once, however many have it.
struct RateFaults {
    nobody: bool,
    zero: bool,
    burst: bool,
    cost: bool,
}

impl RateFaults {
    const fn add(&mut self, rate: &Rate<'_>, asks_nobody: bool) {
        self.nobody |= asks_nobody && need_principal(&rate.keys);
        self.zero |= rate.limit == 0 || rate.window.is_zero();
        self.burst |= rate.burst == 0;
        self.cost |= matches!(rate.cost, Cost::Fixed(cost) if cost > rate.burst && rate.burst > 0);
    }
}

const fn need_principal(keys: &Keys<'_>) -> bool {
    let mut i = 0;
    while i < keys.len() {
        if keys.at(i).needs_principal() {
            return true;
        }
        i += 1;
    }
    false
}

const fn varies_by_claim(cache: &Cache<'_>) -> bool {
    let mut i = 0;
    while i < cache.vary.len() {
        if matches!(cache.vary.at(i), Field::Claim(_)) {
            return true;
        }
        i += 1;
    }
    false
}

const fn is_longer(one: Duration, total: Duration) -> bool {
    one.as_millis() > total.as_millis()
}
