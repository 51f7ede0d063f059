//! The arguments that policies name: each has to be there, and no secret may become part of what is kept or shown.

use mcp_grammar::{Confirm, Cost, Field, Key, Keys, Policies, Tags};
use syn::LitStr;

/// An argument that a policy's text names.
pub(crate) struct Mention<'a> {
    /// The text, for underlining.
    pub(crate) text: &'a LitStr,
    /// The path of the argument.
    pub(crate) path: &'a str,
    /// The policy that the text is of.
    pub(crate) policy: &'static str,
    /// What the argument's value would become a part of.
    pub(crate) part_of: Option<&'static str>,
}

/// The arguments that the policy just added names.
pub(super) fn mention<'a>(
    policies: &Policies<'a>,
    name: &'static str,
    text: &'a LitStr,
    mentions: &mut Vec<Mention<'a>>,
) {
    let mut push = |path, part_of| {
        mentions.push(Mention {
            text,
            path,
            policy: name,
            part_of,
        });
    };
    match name {
        "rate" => {
            let Some(rate) = policies.rate.as_slice().last() else {
                return;
            };
            keys(&rate.keys, &mut push);
            if let Cost::Arg(path) | Cost::Len(path) = rate.cost {
                push(path, None);
            }
        }
        "concurrency" => {
            if let Some(concurrency) = &policies.concurrency {
                keys(&concurrency.keys, &mut push);
            }
        }
        "cache" => {
            if let Some(cache) = &policies.cache {
                tags(&cache.tags, &mut push);
                for field in &cache.vary {
                    if let Field::Arg(path) = field {
                        push(path, Some("key"));
                    }
                }
                for path in &cache.ignore {
                    push(path, None);
                }
            }
        }
        "invalidates" => {
            if let Some(invalidates) = &policies.invalidates {
                tags(&invalidates.tags, &mut push);
            }
        }
        "when" => {
            for rule in policies.when.iter().flat_map(|when| &when.rules) {
                push(rule.arg, None);
            }
        }
        "confirm" => {
            for (_, path) in policies.confirm.iter().flat_map(Confirm::placeholders) {
                push(path, Some("question"));
            }
        }
        _ => {}
    }
}

fn keys<'a>(keys: &Keys<'a>, push: &mut impl FnMut(&'a str, Option<&'static str>)) {
    for key in keys {
        if let Key::Arg(path) = key {
            push(path, Some("key"));
        }
    }
}

fn tags<'a>(tags: &Tags<'a>, push: &mut impl FnMut(&'a str, Option<&'static str>)) {
    for (_, path) in tags.iter().flat_map(|tag| tag.placeholders()) {
        push(path, Some("tag"));
    }
}
