//! The arguments that a tool's policies name.

use mcp_grammar::{Confirm, Cost, Field, Key, Keys, Policies, Tags};

/// An argument that a policy names.
pub(super) struct Named {
    pub(super) option: &'static str,
    pub(super) path: &'static str,
    /// Whether its value becomes a part of what is kept or shown: a key, a tag, a question.
    pub(super) kept: bool,
}

pub(super) fn named(policies: &Policies<'static>) -> Vec<Named> {
    let mut named = Vec::new();
    let mut add = |option, path, kept| named.push(Named { option, path, kept });
    for rate in &policies.rate {
        keys("rate", &rate.keys, &mut add);
        if let Cost::Arg(path) | Cost::Len(path) = rate.cost {
            add("rate", path, false);
        }
    }
    if let Some(concurrency) = &policies.concurrency {
        keys("concurrency", &concurrency.keys, &mut add);
    }
    if let Some(cache) = &policies.cache {
        tags("cache", &cache.tags, &mut add);
        for field in &cache.vary {
            if let Field::Arg(path) = field {
                add("cache", path, true);
            }
        }
        for path in &cache.ignore {
            add("cache", path, false);
        }
    }
    if let Some(invalidates) = &policies.invalidates {
        tags("invalidates", &invalidates.tags, &mut add);
    }
    for rule in policies.when.iter().flat_map(|when| &when.rules) {
        add("when", rule.arg, false);
    }
    for (_, path) in policies.confirm.iter().flat_map(Confirm::placeholders) {
        add("confirm", path, true);
    }
    named
}

fn keys(
    option: &'static str,
    keys: &Keys<'static>,
    add: &mut impl FnMut(&'static str, &'static str, bool),
) {
    for key in keys {
        if let Key::Arg(path) = key {
            add(option, path, true);
        }
    }
}

fn tags(
    option: &'static str,
    tags: &Tags<'static>,
    add: &mut impl FnMut(&'static str, &'static str, bool),
) {
    for (_, path) in tags.iter().flat_map(|tag| tag.placeholders()) {
        add(option, path, true);
    }
}
