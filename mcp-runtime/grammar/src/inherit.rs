//! What a tool takes over from those around it: its list, its server.

use crate::Policies;

impl<'a> Policies<'a> {
    /// A default as it is meant for one tool: a list whose tools are cached does not mean those that write.
    #[must_use]
    pub const fn meant_for(&self, tool: &Self) -> Self {
        let mut meant = *self;
        if tool.read_only {
            // There is nothing to throw away, to confirm, or to do twice.
            meant.invalidates = None;
            meant.confirm = None;
            meant.idempotency = None;
        } else {
            meant.cache = None;
        }
        if !tool.read_only && !tool.idempotent {
            meant.retry = None;
        }
        if let Some(task) = tool.task {
            // Its result is kept by its task, and the task's time is its own.
            meant.cache = None;
            if let Some(timeout) = meant.timeout
                && timeout.total.as_nanos() > task.ttl.as_nanos()
            {
                meant.timeout = None;
            }
        }
        meant
    }

    /// What holds for a tool: its own word, else the default's. Rates are one limit, so they are taken over together or not at all.
    ///
    /// ```
    /// use mcp_grammar::{Policies, Timeout};
    ///
    /// let mut defaults = Policies::new();
    /// defaults.timeout = Some(Timeout::new("2s"));
    /// assert_eq!(Policies::new().or(&defaults).timeout, defaults.timeout);
    ///
    /// let mut own = Policies::new();
    /// own.timeout = Some(Timeout::new("9s"));
    /// assert_eq!(own.or(&defaults).timeout, own.timeout);
    /// ```
    #[must_use]
    pub const fn or(&self, default: &Self) -> Self {
        let (mut holds, default) = (*self, default.meant_for(self));
        macro_rules! take {
            ($($policy:ident),*) => {$(take!(@ $policy);)*};
            (@ rate) => {
                if holds.rate.is_empty() {
                    holds.rate = default.rate;
                }
            };
            (@ $policy:ident) => {
                if holds.$policy.is_none() {
                    holds.$policy = default.$policy;
                }
            };
        }
        crate::each_policy!(take);
        holds
    }
}
