//! What an operator sets at boot: numbers of declared policies, for all to see.

use mcp_runtime::prelude::*;
use mcp_runtime::testing;
use serde_json::json;

/// Look something up.
#[tool(read_only, rate = "10/s", timeout = "2s")]
async fn search() -> &'static str {
    "found"
}

fn server(overrides: &serde_json::Value) -> Server {
    Server::new("overridden")
        .mount(tools![search])
        .policy_overrides(overrides.to_string())
}

fn refusal(overrides: &serde_json::Value) -> String {
    server(overrides).check().unwrap_err().to_string()
}

#[tokio::test(start_paused = true)]
async fn a_tighter_rate_holds_from_the_start() {
    let overrides = json!({"tools": {"search": {"rate": "2/s"}}});
    let client = testing::client(server(&overrides)).await;
    for _ in 0..2 {
        assert_eq!(client.call("search", json!({})).await.text(), "found");
    }
    let refused = client.call("search", json!({})).await;
    assert_eq!(refused.code(), Some("rate_limited"));
    assert!(refused.text().contains("2/s"), "{}", refused.text());
}

#[test]
fn loosening_needs_to_be_meant() {
    let loose = json!({"tools": {"search": {"timeout": "5s"}}});
    let error = refusal(&loose);
    assert!(error.contains("\"allow_relax\": true"), "{error}");
    let meant = json!({"allow_relax": true, "tools": {"search": {"timeout": "5s"}}});
    server(&meant).check().unwrap();
}

#[test]
fn an_override_has_something_to_stand_in_for() {
    let undeclared = refusal(&json!({"tools": {"search": {"cache": "60s"}}}));
    assert!(
        undeclared.contains("nothing to stand in for"),
        "{undeclared}"
    );
    let stranger = refusal(&json!({"tools": {"serach": {"rate": "1/s"}}}));
    assert!(stranger.contains("`serach`"), "{stranger}");
    let unreadable = refusal(&json!({"tools": {"search": {"rate": "2/sec"}}}));
    assert!(unreadable.contains("write `s`"), "{unreadable}");
    let form = refusal(&json!({"search": {}}));
    assert!(form.contains("not of the form"), "{form}");
}

#[test]
fn a_file_is_read_when_the_server_is_built_and_named_where_it_cannot_be() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("overrides.json");
    let server = || {
        let variables = [("MCP_POLICY_OVERRIDES", &path)];
        let server = Server::new("overridden").mount(tools![search]);
        server.environment(variables).unwrap()
    };
    let refusal = || server().check().unwrap_err().to_string();
    let name = path.display().to_string();

    let missing = refusal();
    assert!(
        missing.contains(&name) && missing.contains("cannot be read"),
        "{missing}"
    );
    std::fs::write(&path, "{").unwrap();
    let broken = refusal();
    assert!(
        broken.contains(&name) && broken.contains("not of the form"),
        "{broken}"
    );
    std::fs::write(&path, r#"{"tools": {"search": {"timeout": "5s"}}}"#).unwrap();
    assert!(refusal().contains("\"allow_relax\": true"));
    std::fs::write(&path, r#"{"tools": {"search": {"timeout": "1s"}}}"#).unwrap();
    server().check().unwrap();
}

/// Look something up, under everything that has numbers.
#[tool(
    read_only,
    auth = "user",
    rate = ["10/s per caller", "100/h cost arg.pages count calls"],
    cache = "60s private swr 1m tags(page) max 10",
    breaker = "5 fails open 10s shared index",
    concurrency = "8 per caller",
    max_out = "10KB truncate"
)]
async fn browse(pages: u32) -> String {
    pages.to_string()
}

fn refused(option: &str, value: serde_json::Value) -> String {
    let overrides = json!({"allow_relax": true, "tools": {"browse": {option: value}}});
    let server = Server::new("overridden").mount(tools![browse]);
    let server = server.policy_overrides(overrides.to_string());
    match server.check() {
        Ok(()) => String::new(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn numbers_alone_are_set_whatever_is_allowed() {
    let numbers = [
        (
            "rate",
            json!([
                "50/h cost arg.pages count calls",
                "5/10s burst 7 per caller"
            ]),
        ),
        ("cache", json!("5s private swr 10m tags(page) max 99")),
        ("breaker", json!("9 fails open 3s probes 2 shared index")),
        ("concurrency", json!("9 queue 4 wait 1s per caller")),
        ("max_out", json!("20KB truncate")),
    ];
    for (option, value) in numbers {
        assert_eq!(refused(option, value), "", "{option}");
    }
    let others = [
        (
            "rate",
            json!(["10/s per caller"]),
            "another number of buckets",
        ),
        ("rate", json!([]), "another number of buckets"),
        ("rate", json!(7), "write it as a text"),
        (
            "rate",
            json!(["10/s per tenant", "100/h cost arg.pages count calls"]),
            "what is counted apart",
        ),
        (
            "rate",
            json!(["10/s per caller", "100/h cost 3 count calls"]),
            "the argument that is the `cost`",
        ),
        (
            "rate",
            json!(["10/s per caller", "100/h cost arg.pages"]),
            "which calls `count`",
        ),
        (
            "rate",
            json!([
                "10/s per caller shared all",
                "100/h cost arg.pages count calls"
            ]),
            "which bucket is `shared`",
        ),
        (
            "rate",
            json!([
                "10/s per caller on_error open",
                "100/h cost arg.pages count calls"
            ]),
            "`on_error`",
        ),
        (
            "cache",
            json!("60s public swr 1m tags(page)"),
            "`private` or `public`",
        ),
        ("cache", json!("60s private swr 1m"), "`tags(..)`"),
        (
            "cache",
            json!("60s private tags(page) vary(arg.pages)"),
            "`vary(..)`",
        ),
        (
            "cache",
            json!("60s private tags(page) ignore(arg.pages)"),
            "`ignore(..)`",
        ),
        (
            "breaker",
            json!("50% of 20 in 30s shared index"),
            "what is counted",
        ),
        (
            "breaker",
            json!("5 fails open 10s"),
            "which breaker is `shared`",
        ),
        ("concurrency", json!("8"), "what is counted apart"),
        ("max_out", json!("10KB"), "what happens to what is larger"),
        ("auth", json!("none"), "it has no numbers"),
    ];
    for (option, value, why) in others {
        let refused = refused(option, value.clone());
        assert!(refused.contains(why), "{option} = {value}: {refused}");
    }
}

#[test]
fn loosening_is_seen_in_every_number() {
    for (option, value) in [
        ("breaker", "5 fails open 1s shared index"),
        ("breaker", "5 fails open 10s probes 9 shared index"),
        ("cache", "60s private swr 10m tags(page) max 10"),
        ("cache", "60s private swr 1m tags(page)"),
    ] {
        let overrides = json!({"tools": {"browse": {option: value}}});
        let server = Server::new("overridden").mount(tools![browse]);
        let error = server.policy_overrides(overrides.to_string()).check();
        let error = error.unwrap_err().to_string();
        assert!(error.contains("loosens"), "{option} = {value}: {error}");
    }
}

#[test]
fn a_word_on_loosening_is_for_its_own_source() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("overrides.json");
    std::fs::write(&path, r#"{"tools": {"search": {"timeout": "5s"}}}"#).unwrap();
    let meant = json!({"allow_relax": true, "tools": {"search": {"rate": "20/s"}}});
    server(&meant).check().unwrap();
    let both = server(&meant).policy_overrides_file(&path);
    let error = both.check().unwrap_err().to_string();
    assert!(
        error.contains("`timeout`") && error.contains("loosens"),
        "{error}"
    );
    assert!(!error.contains("`rate`"), "{error}");
}
