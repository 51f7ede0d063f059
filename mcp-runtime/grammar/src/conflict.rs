//! The policies of one tool that contradict each other.

use std::fmt;
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

impl Conflict {
    /// The options to underline: the one that can't stand, and the one that it contradicts, if that is written.
    pub const fn options(&self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::ReadOnlyDestroyer => ("destructive", Some("read_only")),
            Self::CachedDestroyer => ("cache", Some("destructive")),
            Self::CachedWriter => ("cache", None),
            Self::RetriedWriter => ("retry", None),
            Self::ConfirmedReader => ("confirm", Some("read_only")),
            Self::RateOfNobody => ("rate", Some("auth")),
            Self::ConcurrencyOfNobody => ("concurrency", Some("auth")),
            Self::PrivateToNobody | Self::VariesByNobody => ("cache", Some("auth")),
            Self::WhenNobody => ("when", Some("auth")),
            Self::PublicCaller => ("cache", None),
            Self::ZeroRate | Self::ZeroBurst | Self::CostOverBurst => ("rate", None),
            Self::AttemptOverTotal => ("timeout", None),
            // The default timeout is not written anywhere.
            Self::BackoffOverTotal => ("retry", Some("timeout")),
            Self::ActionOnInput => ("max_in", None),
        }
    }

    /// Both lines: why the two can't both be meant, and what to do.
    pub const fn message(&self) -> &'static str {
        match self {
            Self::ReadOnlyDestroyer => {
                "a tool that only reads destroys nothing\n       \
                 help: remove `destructive`, or `read_only` if the tool writes"
            }
            Self::CachedDestroyer => {
                "a destructive tool can't be cached: the second call would change nothing\n       \
                 help: remove `cache`, or `destructive` if the tool only reads"
            }
            Self::CachedWriter => {
                "a tool that writes can't be cached: the second call would change nothing\n       \
                 help: remove `cache`, or add `read_only` if the tool only reads"
            }
            Self::RetriedWriter => {
                "a tool that writes can't be retried: what failed may have happened, and would happen twice\n       \
                 help: remove `retry`, or add `idempotent` if running it twice does no more than running it once"
            }
            Self::ConfirmedReader => {
                "a tool that only reads changes nothing that a human could confirm\n       \
                 help: remove `confirm`, or `read_only` if the tool writes"
            }
            Self::RateOfNobody => {
                "a rate can't count by who calls while `auth = \"none\"` asks nobody who they are\n       \
                 help: write `per ip` or `per global`, or `auth = \"user\"`"
            }
            Self::ConcurrencyOfNobody => {
                "calls can't be counted by who calls while `auth = \"none\"` asks nobody who they are\n       \
                 help: write `per ip` or leave `per` out, or write `auth = \"user\"`"
            }
            Self::PrivateToNobody => {
                "a cache can't be private while `auth = \"none\"` asks nobody who they are\n       \
                 help: remove `private`, or write `auth = \"user\"`"
            }
            Self::VariesByNobody => {
                "a cache can't vary by a claim while `auth = \"none\"` asks nobody for one\n       \
                 help: remove the claim from `vary(..)`, or write `auth = \"user\"`"
            }
            Self::WhenNobody => {
                "arguments can't be compared with claims while `auth = \"none\"` asks nobody for one\n       \
                 help: remove `when`, or write `auth = \"user\"`"
            }
            Self::PublicCaller => {
                "a tool that looks at its caller can't be cached for everybody: others would get this caller's answer\n       \
                 help: write `private` with an `auth` other than `none`, or leave the caller and headers out of the parameters"
            }
            Self::ZeroRate => {
                "a rate of zero lets nothing through\n       \
                 help: write at least `1/d`, or leave the tool out of the list"
            }
            Self::ZeroBurst => {
                "a burst of zero lets nothing through\n       \
                 help: write at least `burst 1`, or leave `burst` out"
            }
            Self::CostOverBurst => {
                "one call costs more than the bucket holds, so no call ever passes\n       \
                 help: raise `burst`, or lower `cost`"
            }
            Self::AttemptOverTotal => {
                "one attempt may take longer than the whole call\n       \
                 help: write a shorter `attempt`, or a longer time before it"
            }
            Self::BackoffOverTotal => {
                "the wait before a retry may take longer than the whole call (`timeout`, 30s where nothing is written)\n       \
                 help: write a shorter first wait in `retry`, or a longer `timeout`"
            }
            Self::ActionOnInput => {
                "arguments that are too large can only be refused: half of them would mean something else\n       \
                 help: remove `truncate` or `link` from `max_in`"
            }
        }
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for Conflict {}
