use std::fmt::Write as _;

use super::env::VARIABLES;
use super::*;

fn read(variables: &[(&str, &str)]) -> Result<Settings> {
    let variables = variables
        .iter()
        .map(|(name, value)| (OsString::from(name), OsString::from(value)));
    Settings::read(variables)
}

fn config(variables: &[(&str, &str)]) -> Config {
    let settings = read(variables).unwrap();
    assert!(settings.warnings.is_empty(), "{:?}", settings.warnings);
    settings.config
}

#[test]
fn nothing_set_is_nothing_changed() {
    let config = config(&[("PATH", "/bin"), ("MCP_DRAIN_TIMEOUT", "")]);
    assert_eq!(config.principal(), None);
    assert_eq!(config.drain, None);
    let kept = Server::new("test").drain(Duration::from_secs(3));
    let kept = kept.local_principal(Principal::local("ada"));
    let kept = kept.configured(&config).build().unwrap();
    assert_eq!(kept.principal.as_ref().unwrap().subject(), "ada");
    assert_eq!(kept.lifecycle.drain, Duration::from_secs(3));
}

#[test]
fn the_environment_goes_over_the_builder() {
    let config = config(&[
        ("MCP_PRINCIPAL_SUBJECT", "grace"),
        ("MCP_PRINCIPAL_SCOPES", "crm:read, crm:write"),
        ("MCP_PRINCIPAL_ROLES", "editor"),
        ("MCP_PRINCIPAL_TENANT", "navy"),
        ("MCP_DRAIN_TIMEOUT", "1m"),
        ("MCP_AUDIT_FILE", "audit.ndjson"),
    ]);
    let ada = Principal::local("ada").scope("admin");
    let core = Server::new("test")
        .local_principal(ada)
        .configured(&config)
        .build()
        .unwrap();
    let expected = Principal::local("grace")
        .scopes(["crm:read", "crm:write"])
        .role("editor")
        .tenant("navy");
    assert_eq!(core.principal.as_deref(), Some(&expected));
    assert_eq!(core.lifecycle.drain, Duration::from_secs(60));
    assert!(core.audit.is_configured());
}

#[test]
fn scopes_alone_are_those_of_somebody_without_a_name() {
    let principal = config(&[("MCP_PRINCIPAL_SCOPES", "crm:read")]).principal();
    assert_eq!(principal, Some(Principal::local("local").scope("crm:read")));
}

#[test]
fn values_that_cannot_be_used_are_told_by_name_all_at_once_and_not_repeated() {
    let error = read(&[
        ("MCP_HTTP_ADDR", "hunter2"),
        ("MCP_DRAIN_TIMEOUT", "hunter2"),
        ("MCP_STATE_KEY", "hunter2"),
        ("MCP_LOG_FORMAT", "hunter2"),
        ("MCP_PRINCIPAL_SUBJECT", "hunter2\n"),
        ("MCP_PRINCIPAL_TENANT", "hunter2\0hunter2"),
    ])
    .unwrap_err()
    .to_string();
    let expected = [
        "MCP_HTTP_ADDR cannot be used; it takes an address and a port, such as `127.0.0.1:3000` (`0.0.0.0:3000` for every network)",
        "MCP_DRAIN_TIMEOUT cannot be used; it takes a time, such as `10s`",
        "MCP_STATE_KEY cannot be used; it takes at least 32 bytes, such as `openssl rand -base64 32` prints",
        "MCP_LOG_FORMAT cannot be used; it takes `text` or `json`",
        "MCP_PRINCIPAL_TENANT cannot be used; it takes a name",
    ];
    assert_eq!(error, expected.join("\n"));
}

#[cfg(unix)]
#[test]
fn a_value_that_is_not_text_is_told_by_name() {
    use std::os::unix::ffi::OsStringExt as _;
    let value = OsString::from_vec(vec![0xFF]);
    let error = Settings::read([(OsString::from("MCP_LOG_FORMAT"), value)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "MCP_LOG_FORMAT cannot be used; it takes UTF-8"
    );
}

#[test]
fn names_that_are_nearly_ours_are_told() {
    let warnings = |name: &str| read(&[(name, "value")]).unwrap().warnings;
    for (name, meant) in [
        ("MCP_PRINCIPAL_SCOPE", "MCP_PRINCIPAL_SCOPES"),
        ("MCP_PRINCIPLE_SUBJECT", "MCP_PRINCIPAL_SUBJECT"),
        ("MCP_HTTP_ADDRESS", "MCP_HTTP_ADDR"),
        ("MCP_DRAIN", "MCP_DRAIN_TIMEOUT"),
        ("MCP_LOGFORMAT", "MCP_LOG_FORMAT"),
    ] {
        let expected = format!("nothing reads {name}; did you mean {meant}?");
        assert_eq!(warnings(name), [expected]);
    }
    // Names that hosts of MCP servers use.
    for name in [
        "MCP_TIMEOUT",
        "MCP_TOOL_TIMEOUT",
        "MCP_CLIENT_SECRET",
        "MCP",
    ] {
        assert!(warnings(name).is_empty(), "{name}");
    }
}

#[test]
fn an_address_has_a_port() {
    for text in ["127.0.0.1:3000", "localhost:0", "[::1]:3000"] {
        assert_eq!(address(text).as_deref(), Ok(text));
    }
    for text in ["3000", ":3000", "localhost", "localhost:http", "::1:", ""] {
        assert!(address(text).is_err(), "{text}");
    }
}

#[test]
fn no_key_is_printed() {
    let key = "hunter2-hunter2-hunter2-hunter2-hunter2";
    let config = config(&[("MCP_STATE_KEY", key)]);
    assert!(config.state_key.is_some());
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn the_reference_is_this_table() {
    let mut table = "| variable | what it sets | default |\n| --- | --- | --- |\n".to_owned();
    for variable in VARIABLES {
        let (name, meaning, default) = (variable.name, variable.meaning, variable.default);
        writeln!(table, "| `{name}` | {meaning} | {default} |").unwrap();
    }
    let page = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../docs/reference/environment.md"
    );
    let text = std::fs::read_to_string(page).unwrap();
    assert!(
        text.contains(&table),
        "docs/reference/environment.md must hold this table:\n\n{table}"
    );
}
