//! What a list says for those of its tools that do not say it themselves.

use mcp_grammar::{
    Audit, Auth, Breaker, Cache, Concurrency, Confirm, Error, Idempotency, Invalidates, Policies,
    Rate, Retry, Size, Timeout, When,
};

use super::Toolset;
use crate::tool::ToolDef;

impl Toolset {
    /// Puts a word before the name of each tool of this list: `merge` with the prefix `"crm"` is `crm.merge`.
    ///
    /// A namespace that the list is mounted at goes before that.
    pub const fn prefix(mut self, prefix: &'static str) -> Self {
        self.prefix = Some(prefix);
        self
    }

    /// Labels that every tool of this list has besides its own.
    pub const fn tags(mut self, tags: &'static [&'static str]) -> Self {
        self.tags = tags;
        self
    }

    /// Defaults as they are written, by option. Their texts are read when the server is built; what is said of the list beside them counts
    /// over them.
    pub const fn policies(mut self, texts: &'static [(&'static str, &'static str)]) -> Self {
        self.texts = texts;
        self
    }

    /// All that the list says for its tools.
    pub(crate) fn declared(&self) -> Result<Policies<'static>, Error<'static>> {
        self.defaults.over(self.texts)
    }

    /// Whether the list leaves its tools as they are.
    pub(crate) const fn says_nothing(&self) -> bool {
        self.prefix.is_none()
            && self.tags.is_empty()
            && self.texts.is_empty()
            && self.defaults.says_nothing()
    }

    /// The rate of the tools of this list that do not say it themselves. Said again, it is one more bucket: a call must pass all of them.
    pub const fn rate(mut self, rate: Rate<'static>) -> Self {
        self.defaults.rate = self.defaults.rate.push(rate);
        self
    }
}

/// A method for each policy, of the name it has in the attribute.
macro_rules! policies {
    ($($(#[$doc:meta])* $name:ident: $type:ty),* $(,)?) => {
        impl Toolset {$(
            $(#[$doc])*
            pub const fn $name(mut self, $name: $type) -> Self {
                self.defaults.$name = Some($name);
                self
            }
        )*}
    };
}

policies! {
    /// Who may call the tools of this list that do not say it themselves.
    auth: Auth<'static>,
    /// What the arguments must have to do with the caller, for the tools of this list that do not say it themselves.
    when: When<'static>,
    /// How the answers of those tools of this list that only read are kept, where they do not say it themselves.
    cache: Cache<'static>,
    /// The kept answers that a success of those tools of this list that write makes stale, where they do not say it themselves.
    invalidates: Invalidates<'static>,
    /// The timeout of the tools of this list that do not say it themselves.
    timeout: Timeout,
    /// How often those tools of this list that can be repeated are tried again, where they do not say it themselves.
    retry: Retry,
    /// When a tool of this list that does not say it itself is left alone: each for itself, or all together where it is `shared`.
    breaker: Breaker<'static>,
    /// How many calls of each tool of this list run at the same time, where it does not say it itself.
    concurrency: Concurrency<'static>,
    /// How large the arguments of each tool of this list may be, where it does not say it itself.
    max_in: Size,
    /// How large the results of each tool of this list may be, where it does not say it itself.
    max_out: Size,
    /// How much of the calls of each tool of this list is recorded, where it does not say it itself.
    audit: Audit,
    /// What a human is asked before those tools of this list run that write, where they do not say it themselves.
    confirm: Confirm<'static>,
    /// For how long a call that is sent twice runs once, of those tools of this list that write, where they do not say it themselves.
    idempotency: Idempotency,
}

impl ToolDef {
    /// Ends the definition in a toolset: what the toolset says for it may not contradict it, or it does not compile.
    #[must_use]
    #[track_caller]
    pub const fn checked_in(self, toolset: Toolset) -> Self {
        match self.policies.or(&toolset.defaults).conflict() {
            None => self,
            Some(conflict) => panic!("{}", conflict.message()),
        }
    }
}
