//! Policies for all tools of a server at once.

use mcp_grammar::{
    Audit, Auth, Breaker, Cache, Concurrency, Idempotency, Rate, Retry, Size, Timeout,
};

/// What holds for every tool of a server that does not say it itself, nor its list for it.
///
/// Each method takes what the attribute's option of the same name takes. In a `const`, a text that is not understood does not compile.
///
/// ```
/// use mcp_runtime::{Policies, Server};
///
/// const POLICIES: Policies = Policies::production().timeout("10s").rate("20/s per caller");
///
/// let server = Server::new("crm").defaults(POLICIES);
/// ```
///
/// A default is meant for the tools it fits: `retry` for those that are `read_only` or `idempotent`, `cache` for those that are
/// `read_only`, `idempotency` for those that are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "policies hold for nothing until a server has them: `Server::defaults`"]
pub struct Policies(pub(crate) mcp_grammar::Policies<'static>);

impl Policies {
    /// Nothing is declared.
    pub const fn new() -> Self {
        Self(mcp_grammar::Policies::new())
    }

    /// For a server that strangers' programs call: known callers alone, and bounds on everything one of them or one upstream can use up.
    ///
    /// | policy | value |
    /// |---|---|
    /// | `auth` | `user` |
    /// | `rate` | `50/s burst 100`, per caller |
    /// | `timeout` | `30s` |
    /// | `retry` | `2 exp 100ms..2s` |
    /// | `breaker` | `50% of 20 in 30s open 15s probes 1` |
    /// | `concurrency` | `64 queue 128 wait 2s` |
    /// | `max_in` | `256KB` |
    /// | `max_out` | `25000tok` |
    pub const fn production() -> Self {
        Self::new()
            .auth("user")
            .rate("50/s burst 100")
            .timeout("30s")
            .retry("2 exp 100ms..2s")
            .breaker("50% of 20 in 30s open 15s probes 1")
            .concurrency("64 queue 128 wait 2s")
            .max_in("256KB")
            .max_out("25000tok")
    }

    /// For a server under a debugger: ten minutes a call, a failure shows at the first attempt, and nothing else stands in the way.
    ///
    /// Tools that do not say who may call them stay on this machine: on any other address the server does not start.
    pub const fn development() -> Self {
        Self::new().timeout("10m")
    }
}

impl Default for Policies {
    fn default() -> Self {
        Self::new()
    }
}

/// A method for each policy, of the name it has in the attribute.
macro_rules! policies {
    ($($(#[$doc:meta])* $name:ident: $type:ident),* $(,)?) => {
        impl Policies {$(
            $(#[$doc])*
            ///
            /// # Panics
            /// With what to write instead, if the text is not understood.
            #[track_caller]
            pub const fn $name(mut self, text: &'static str) -> Self {
                self.0.$name = Some($type::new(text));
                self
            }
        )*}
    };
}

policies! {
    /// Who may call.
    auth: Auth,
    /// How long results are kept.
    cache: Cache,
    /// How long a call may take.
    timeout: Timeout,
    /// How often a call is tried again.
    retry: Retry,
    /// When a failing tool is left alone.
    breaker: Breaker,
    /// How many calls of one tool run at the same time.
    concurrency: Concurrency,
    /// How large arguments may be.
    max_in: Size,
    /// How large a result may be.
    max_out: Size,
    /// How much of each call is recorded.
    audit: Audit,
    /// For how long a call that is sent twice runs once.
    idempotency: Idempotency,
}

impl Policies {
    /// How often each tool may be called, in the place of what was said before. For several buckets, see [`and_rate`](Self::and_rate).
    ///
    /// # Panics
    /// With what to write instead, if the text is not understood.
    #[track_caller]
    pub const fn rate(mut self, text: &'static str) -> Self {
        self.0.rate = Self::new().0.rate.push(Rate::new(text));
        self
    }

    /// One more bucket: a call must pass all of them.
    ///
    /// # Panics
    /// With what to write instead, if the text is not understood, and where there are four buckets already.
    #[track_caller]
    pub const fn and_rate(mut self, text: &'static str) -> Self {
        self.0.rate = self.0.rate.push(Rate::new(text));
        self
    }
}
