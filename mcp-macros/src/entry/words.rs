//! Words for messages: which one was meant, and how tokens look when somebody writes them.

use quote::ToTokens;

/// Words of other frameworks and what they are called here.
const ALIASES: &[(&str, &str)] = &[
    ("caching", "cache"),
    ("circuit_breaker", "breaker"),
    ("deadline", "timeout"),
    ("destructive_hint", "destructive"),
    ("idempotency_key", "idempotency"),
    ("idempotent_hint", "idempotent"),
    ("limit", "rate"),
    ("max_concurrency", "concurrency"),
    ("open_world_hint", "open_world"),
    ("parallel", "concurrency"),
    ("permission", "auth"),
    ("permissions", "auth"),
    ("rate_limit", "rate"),
    ("rate_limiting", "rate"),
    ("ratelimit", "rate"),
    ("read_only_hint", "read_only"),
    ("requires", "auth"),
    ("retries", "retry"),
    ("role", "auth"),
    ("roles", "auth"),
    ("scope", "auth"),
    ("scopes", "auth"),
    ("throttle", "rate"),
    ("ttl", "cache"),
];

/// The known word that somebody who wrote `word` probably meant.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let alias = ALIASES.iter().find(|(other, _)| *other == word);
    let mut best = None;
    for candidate in known {
        if alias.is_some_and(|(_, name)| *name == candidate) {
            return Some(candidate);
        }
        let distance = strsim::damerau_levenshtein(word, candidate);
        let allowed = 1 + candidate.len() / 5;
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Tokens as somebody would write them: `Option<&str>`, not `Option < & str >`.
pub(crate) fn spelled(tokens: &impl ToTokens) -> String {
    tokens
        .to_token_stream()
        .to_string()
        .replace(" <", "<")
        .replace("< ", "<")
        .replace(" >", ">")
        .replace("& ", "&")
        .replace(" ,", ",")
        .replace(" :: ", "::")
        .replace(":: ", "::")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_understood_by_its_spelling_or_as_other_frameworks_have_it() {
        let options = ["auth", "cache", "rate", "retry", "timeout"];
        for (written, meant) in [
            ("raet", Some("rate")),
            ("ratelimit", Some("rate")),
            ("retries", Some("retry")),
            ("deadline", Some("timeout")),
            ("roles", Some("auth")),
            ("parallel", None),
            ("colour", None),
        ] {
            assert_eq!(nearest(written, options.into_iter()), meant, "{written}");
        }
    }
}
