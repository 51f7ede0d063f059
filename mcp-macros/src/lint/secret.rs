//! Texts shaped like credentials.

use syn::LitStr;

/// What kind of credential a text has the shape of.
pub(super) fn credential(text: &LitStr) -> Option<&'static str> {
    let text = text.value();
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    text.split(|c| !word(c)).find_map(kind)
}

fn kind(word: &str) -> Option<&'static str> {
    const PREFIXES: &[(&str, usize, &str)] = &[
        ("AKIA", 16, "an AWS access key"),
        ("ASIA", 16, "an AWS access key"),
        ("AIza", 35, "a Google API key"),
        ("ghp_", 36, "a GitHub token"),
        ("gho_", 36, "a GitHub token"),
        ("ghs_", 36, "a GitHub token"),
        ("ghu_", 36, "a GitHub token"),
        ("github_pat_", 36, "a GitHub token"),
        ("glpat-", 20, "a GitLab token"),
        ("sk-", 20, "an API key"),
        ("sk_live_", 20, "a Stripe key"),
        ("rk_live_", 20, "a Stripe key"),
        ("xoxa-", 20, "a Slack token"),
        ("xoxb-", 20, "a Slack token"),
        ("xoxp-", 20, "a Slack token"),
        ("xoxs-", 20, "a Slack token"),
    ];
    let (_, _, kind) = PREFIXES
        .iter()
        .find(|(prefix, rest, _)| {
            let rest = word.strip_prefix(prefix).filter(|key| key.len() >= *rest);
            // `sk-` begins many a word; a key has digits in it.
            rest.is_some_and(|key| key.contains(|c: char| c.is_ascii_digit()))
        })
        .copied()
        .or_else(|| {
            let jwt = word.starts_with("eyJ") && word.len() > 40 && word.matches('.').count() == 2;
            jwt.then_some(("", 0, "a bearer token"))
        })?;
    Some(kind)
}
