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
