//! The arguments that policies name, each with the text that names it.

use mcp_grammar::Policies;
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
    policy: &'static str,
    text: &'a LitStr,
    mentions: &mut Vec<Mention<'a>>,
) {
    let named = match policy {
        // Rates gather: those before it have been looked at.
        "rate" => policies.rate.iter().last().map(|rate| rate.mentions()),
        "concurrency" => policies.concurrency.map(|it| it.mentions()),
        "cache" => policies.cache.map(|it| it.mentions()),
        "invalidates" => policies.invalidates.map(|it| it.mentions()),
        "when" => policies.when.map(|it| it.mentions()),
        "confirm" => policies.confirm.map(|it| it.mentions()),
        _ => None,
    };
    mentions.extend(named.into_iter().flatten().map(|named| Mention {
        text,
        path: named.path,
        policy,
        part_of: named.part_of,
    }));
}
