//! Policies in the words of the attribute.

use std::fmt::Display;

use mcp_grammar::{Confirm, Policies};

/// The policies as they are written in the attribute, in its order.
pub(crate) fn spelt(policies: &Policies<'_>) -> Vec<(&'static str, Vec<String>)> {
    let mut spelt = Vec::new();
    let mut add = |name, policy: Option<&dyn Display>| {
        spelt.extend(policy.map(|policy| (name, vec![policy.to_string()])));
    };
    fn shown<T: Display>(policy: &Option<T>) -> Option<&dyn Display> {
        policy.as_ref().map(|policy| policy as &dyn Display)
    }
    add("auth", shown(&policies.auth));
    add("when", shown(&policies.when));
    add("cache", shown(&policies.cache));
    add("invalidates", shown(&policies.invalidates));
    add("timeout", shown(&policies.timeout));
    add("retry", shown(&policies.retry));
    add("breaker", shown(&policies.breaker));
    add("concurrency", shown(&policies.concurrency));
    add("max_in", shown(&policies.max_in));
    add("max_out", shown(&policies.max_out));
    add("audit", shown(&policies.audit));
    add("confirm", shown(&policies.confirm));
    if let Some(ttl) = policies.confirm.as_ref().and_then(Confirm::shown_ttl) {
        add("confirm_ttl", Some(&ttl));
    }
    add("idempotency", shown(&policies.idempotency));
    add("task", shown(&policies.task));
    if let Some(task) = &policies.task {
        add("ttl", Some(&task.shown_ttl()));
    }
    add("deprecated", shown(&policies.deprecated));
    let rates: Vec<String> = policies.rate.iter().map(ToString::to_string).collect();
    if !rates.is_empty() {
        let after_who = spelt
            .iter()
            .take_while(|(name, _)| matches!(*name, "auth" | "when"));
        spelt.insert(after_who.count(), ("rate", rates));
    }
    spelt
}
