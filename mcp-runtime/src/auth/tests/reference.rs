//! The reference has every option, and no other.

use std::collections::BTreeSet;

const PAGE: &str = include_str!("../../../../docs/reference/auth.md");

const SOURCES: [&str; 8] = [
    include_str!("../builder.rs"),
    include_str!("../from.rs"),
    include_str!("../github.rs"),
    include_str!("../introspect.rs"),
    include_str!("../jwt.rs"),
    include_str!("../keys.rs"),
    include_str!("../presets.rs"),
    include_str!("../mod.rs"),
];

/// Of `Server`, and told of in the reference because they belong to it.
const ELSEWHERE: [&str; 7] = [
    "implies",
    "trusted_proxies",
    "allowed_hosts",
    "local_principal",
    "open",
    "policy_overrides",
    "max_sessions_per_caller",
];

#[test]
fn the_page_has_every_option_and_no_other() {
    let lines = SOURCES.iter().flat_map(|source| source.lines());
    let functions = lines.filter_map(|line| line.trim_start().strip_prefix("pub fn "));
    let offered: BTreeSet<&str> = functions
        .filter_map(|rest| rest.split(['(', '<']).next())
        .chain(ELSEWHERE)
        .collect();
    // `option(` and `Type::option(` in code, at the beginning of it.
    let code = PAGE.split('`').skip(1).step_by(2);
    let told: BTreeSet<&str> = code
        .filter_map(|code| code.split_once('(').map(|(name, _)| name))
        .filter_map(|name| name.rsplit("::").next())
        .collect();
    assert_eq!(told, offered);
}
