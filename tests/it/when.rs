//! `when`: what a call's arguments must have to do with its caller.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mcp_runtime::Principal;
use mcp_runtime::prelude::*;
use mcp_runtime::testing::Client;
use serde_json::json;

#[derive(Default)]
struct Runs(AtomicUsize);

/// Read a record of an organisation.
#[tool(read_only, auth = "user", when = "claim.org == arg.org")]
async fn record(org: String, runs: State<Runs>) -> String {
    runs.0.0.fetch_add(1, Ordering::SeqCst);
    org
}

/// Read a team's board.
#[tool(read_only, auth = "user", when = "arg.team in claim.teams")]
async fn board(#[arg(default = "red".to_owned())] team: String) -> String {
    team
}

#[tokio::test]
async fn arguments_that_are_not_the_callers_are_refused_before_the_tool_runs() {
    let runs = Arc::new(Runs::default());
    let server = Server::new("narrowed")
        .mount(tools![record, board])
        .shared_state(Arc::clone(&runs));
    let ada = Principal::local("ada")
        .claim("org", "acme")
        .claim("teams", json!(["blue", "red"]));
    let client = Client::builder(server).caller(ada).connect().await;

    assert_eq!(
        client.call("record", json!({"org": "acme"})).await.text(),
        "acme"
    );
    let other = client.call("record", json!({"org": "other"})).await;
    assert_eq!(other.code(), Some("forbidden"));
    assert_eq!(runs.0.load(Ordering::SeqCst), 1);

    assert_eq!(
        client.call("board", json!({"team": "blue"})).await.text(),
        "blue"
    );
    assert_eq!(client.call("board", json!({})).await.text(), "red");
    let green = client.call("board", json!({"team": "green"})).await;
    assert_eq!(green.code(), Some("forbidden"));

    let bob = client.as_caller(Principal::local("bob"));
    let unclaimed = bob.call("record", json!({"org": "acme"})).await;
    assert_eq!(unclaimed.code(), Some("forbidden"));
    assert_eq!(bob.tools().await.names(), ["record", "board"]);
}
