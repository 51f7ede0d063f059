//! The policies of one tool that contradict each other.

mod words;

use std::time::Duration;

use crate::{Confirm, Cost, Field, Keys, Policies, Scope, Size, Timeout, TooLarge};

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
}

impl Conflict {
    /// All of them, the most telling ones first.
    pub const ALL: [Self; 17] = [
        Self::ReadOnlyDestroyer,
        Self::CachedDestroyer,
        Self::CachedWriter,
        Self::RetriedWriter,
        Self::ConfirmedReader,
        Self::RateOfNobody,
        Self::ConcurrencyOfNobody,
        Self::PrivateToNobody,
        Self::VariesByNobody,
        Self::WhenNobody,
        Self::PublicCaller,
        Self::ZeroRate,
        Self::ZeroBurst,
        Self::CostOverBurst,
        Self::AttemptOverTotal,
        Self::BackoffOverTotal,
        Self::ActionOnInput,
    ];

    /// Whether the policies have this conflict.
    pub const fn is_in(self, policies: &Policies<'_>) -> bool {
        let p = policies;
        let destroys = matches!(p.destructive, Some(true));
        let nobody = matches!(&p.auth, Some(auth) if auth.is_none());
        match self {
            Self::ReadOnlyDestroyer => p.read_only && destroys,
            Self::CachedDestroyer => p.cache.is_some() && destroys && !p.read_only,
            Self::CachedWriter => p.cache.is_some() && !destroys && !p.read_only,
            Self::RetriedWriter => p.retry.is_some() && !p.read_only && !p.idempotent,
            Self::ConfirmedReader => matches!(p.confirm, Some(Confirm::Ask { .. })) && p.read_only,
            Self::RateOfNobody => nobody && p.any_rate(Self::RateOfNobody),
            Self::ConcurrencyOfNobody => {
                nobody && matches!(&p.concurrency, Some(it) if need_principal(&it.keys))
            }
            Self::PrivateToNobody => {
                nobody && matches!(&p.cache, Some(it) if matches!(it.scope, Some(Scope::Private)))
            }
            Self::VariesByNobody => {
                nobody && matches!(&p.cache, Some(it) if by_claim(it.vary.as_slice()))
            }
            Self::WhenNobody => nobody && p.when.is_some(),
            Self::PublicCaller => {
                p.takes_caller
                    && match &p.cache {
                        // A tool that anybody may call is cached for everybody, written or not.
                        Some(cache) => {
                            matches!(cache.scope, Some(Scope::Public))
                                || cache.scope.is_none() && nobody
                        }
                        None => false,
                    }
            }
            Self::ZeroRate | Self::ZeroBurst | Self::CostOverBurst => p.any_rate(self),
            Self::AttemptOverTotal => {
                matches!(&p.timeout, Some(it) if longer(it.attempt, it.total))
            }
            Self::BackoffOverTotal => {
                let timeout = if let Some(timeout) = p.timeout {
                    timeout
                } else {
                    Timeout::DEFAULT
                };
                matches!(&p.retry, Some(it) if longer(Some(it.first), timeout.total))
            }
            Self::ActionOnInput => matches!(
                p.max_in,
                Some(Size {
                    then: TooLarge::Truncate | TooLarge::Link,
                    ..
                })
            ),
        }
    }
}

impl Policies<'_> {
    /// The first contradiction, if there is one.
    pub const fn conflict(&self) -> Option<Conflict> {
        let mut i = 0;
        while i < Conflict::ALL.len() {
            if Conflict::ALL[i].is_in(self) {
                return Some(Conflict::ALL[i]);
            }
            i += 1;
        }
        None
    }

    /// All contradictions, for where they can be reported together.
    pub fn conflicts(&self) -> impl Iterator<Item = Conflict> + '_ {
        Conflict::ALL
            .into_iter()
            .filter(|conflict| conflict.is_in(self))
    }

    const fn any_rate(&self, conflict: Conflict) -> bool {
        let mut i = 0;
        while i < self.rate.len() {
            let rate = &self.rate.as_slice()[i];
            let found = match conflict {
                Conflict::RateOfNobody => need_principal(&rate.keys),
                Conflict::ZeroRate => rate.limit == 0 || rate.window.is_zero(),
                Conflict::ZeroBurst => rate.burst == 0,
                Conflict::CostOverBurst => {
                    matches!(rate.cost, Cost::Fixed(cost) if cost > rate.burst && rate.burst > 0)
                }
                _ => false,
            };
            if found {
                return true;
            }
            i += 1;
        }
        false
    }
}

const fn need_principal(keys: &Keys<'_>) -> bool {
    let mut i = 0;
    while i < keys.len() {
        if keys.as_slice()[i].needs_principal() {
            return true;
        }
        i += 1;
    }
    false
}

const fn by_claim(fields: &[Field<'_>]) -> bool {
    let mut i = 0;
    while i < fields.len() {
        if matches!(fields[i], Field::Claim(_)) {
            return true;
        }
        i += 1;
    }
    false
}

const fn longer(one: Option<Duration>, total: Duration) -> bool {
    matches!(one, Some(one) if one.as_nanos() > total.as_nanos())
}
