//! What each conflict says.

use std::fmt;

use super::Conflict;

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
            Self::KeptForNobody => ("idempotency", Some("auth")),
            Self::PublicCaller => ("cache", None),
            Self::ZeroRate | Self::ZeroBurst | Self::CostOverBurst => ("rate", None),
            Self::AttemptOverTotal => ("timeout", None),
            // The default timeout is not written anywhere.
            Self::BackoffOverTotal => ("retry", Some("timeout")),
            Self::ActionOnInput => ("max_in", None),
            Self::CachedTask => ("cache", Some("task")),
            Self::TimeoutOverTtl => ("timeout", Some("ttl")),
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
            Self::KeptForNobody => {
                "results can't be kept by key while `auth = \"none\"` asks nobody who they are: strangers would get each other's\n       \
                 help: remove `idempotency`, or write `auth = \"user\"`"
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
            Self::CachedTask => {
                "the result of a task is kept by its task, for the client that asked for it\n       \
                 help: remove `cache`, or remove `task` if the answer is worth waiting for"
            }
            Self::TimeoutOverTtl => {
                "the call may take longer than its task is kept (`ttl`, 10m where nothing is written)\n       \
                 help: write a longer `ttl`, or a shorter `timeout`"
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
