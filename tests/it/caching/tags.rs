//! Answers that a write throws away.

use std::time::Duration;

use mcp_runtime::ErrorKind;
use mcp_runtime::prelude::*;
use mcp_runtime::testing::Client;
use serde_json::json;

use super::{cached, client};
use crate::foreign::Foreign;
use crate::script::{Script, Step, settle};
use crate::shared_store::KEY;

/// Read a user.
#[tool(
    read_only,
    cache = "60s swr 1h stale_if_error 1h tags(user:{id}, users)"
)]
async fn read(id: u32, script: State<Script>) -> Result<String, ToolError> {
    let _ = id;
    script.run().await
}

/// Read a user by another name for the same.
#[tool(read_only, cache = "60s tags(user:{who.id})")]
async fn read_whole(who: serde_json::Value, script: State<Script>) -> Result<String, ToolError> {
    let _ = who;
    script.run().await
}

/// Write a user.
#[tool(invalidates = "tags(user:{id})", timeout = "5s")]
async fn write(#[arg(default = 7)] id: u32, script: State<Script>) -> Result<String, ToolError> {
    let _ = id;
    script.run().await
}

/// Write a user, and say more than may be said.
#[tool(invalidates = "tags(user:{id})", max_out = "10B")]
async fn write_wordily(id: u32) -> String {
    format!("{id} is written, and much more")
}

/// Write all users.
#[tool(invalidates = "tags(users)")]
async fn write_all() {}

const TOOLS: Toolset = tools![read, read_whole, write, write_wordily, write_all];

/// Whether a read is answered from memory.
async fn is_kept(client: &Client, id: u32) -> bool {
    cached(&client.call("read", json!({"id": id})).await).is_some()
}

#[tokio::test(start_paused = true)]
async fn a_write_throws_away_what_it_names_and_nothing_else() {
    let client = client(TOOLS, &Script::new([])).await;
    for id in [1, 2] {
        assert!(!is_kept(&client, id).await);
        assert!(is_kept(&client, id).await);
    }
    let whole = json!({"who": {"id": 1, "name": "x"}});
    client.call("read_whole", &whole).await;
    client.call("write", json!({"id": 1})).await;
    assert!(!is_kept(&client, 1).await);
    assert!(is_kept(&client, 2).await);
    assert_eq!(cached(&client.call("read_whole", &whole).await), None);
    client.call("write_all", json!({})).await;
    assert!(!is_kept(&client, 1).await && !is_kept(&client, 2).await);
}

#[tokio::test(start_paused = true)]
async fn a_default_names_what_it_stands_for() {
    let client = client(TOOLS, &Script::new([])).await;
    is_kept(&client, 7).await;
    client.call("write", json!({})).await;
    assert!(!is_kept(&client, 7).await);
}

#[tokio::test(start_paused = true)]
async fn whoever_reads_the_writes_answer_and_asks_again_is_told_what_is_new() {
    let store = Foreign::default();
    let script = Script::new([]);
    let server = Server::new("caching")
        .mount(TOOLS)
        .shared_state(script)
        .store(store)
        .state_key(KEY);
    let client = Client::builder(server).connect().await;
    for _ in 0..20 {
        assert!(!is_kept(&client, 1).await);
        assert!(is_kept(&client, 1).await);
        client.call("write", json!({"id": 1})).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_from_before_the_write_is_never_given_after_it() {
    let script = Script::new([Step::Hold]);
    let client = client(TOOLS, &script).await;
    let early = client.start("read", json!({"id": 1})).await;
    settle().await;
    client.call("write", json!({"id": 1})).await;
    // Whoever asks now does not wait for what began before.
    let late = client.call("read", json!({"id": 1})).await;
    assert_eq!((late.text().as_str(), cached(&late)), ("run 3", None));
    script.open();
    assert_eq!(early.await.text(), "run 1");
    // And what began before is not kept over what came after.
    let reply = client.call("read", json!({"id": 1})).await;
    assert_ne!(reply.text(), "run 1");
}

#[tokio::test(start_paused = true)]
async fn a_write_that_may_have_happened_throws_away_too() {
    for step in [
        Step::Panic,
        Step::Take(Duration::from_secs(6)),
        Step::Fail(ErrorKind::Internal),
    ] {
        let script = Script::new([Step::Take(Duration::ZERO), step]);
        let client = client(TOOLS, &script).await;
        is_kept(&client, 1).await;
        assert!(client.call("write", json!({"id": 1})).await.is_error());
        assert!(!is_kept(&client, 1).await);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_answer_is_too_large_throws_away_too() {
    let client = client(TOOLS, &Script::new([])).await;
    is_kept(&client, 1).await;
    let reply = client.call("write_wordily", json!({"id": 1})).await;
    assert_eq!(reply.code(), Some("response_too_large"));
    assert!(!is_kept(&client, 1).await);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_is_cancelled_throws_away_too() {
    let script = Script::new([Step::Take(Duration::ZERO), Step::Hold]);
    let client = client(TOOLS, &script).await;
    is_kept(&client, 1).await;
    let writing = client.start("write", json!({"id": 1})).await;
    settle().await;
    assert!(is_kept(&client, 1).await);
    writing.cancel();
    settle().await;
    assert!(!is_kept(&client, 1).await);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_did_not_happen_throws_nothing_away() {
    let script = Script::new([Step::Take(Duration::ZERO), Step::Fail(ErrorKind::Conflict)]);
    let client = client(TOOLS, &script).await;
    is_kept(&client, 1).await;
    assert_eq!(
        client.call("write", json!({"id": 1})).await.code(),
        Some("conflict")
    );
    assert!(is_kept(&client, 1).await);
    let unread = client.call("write", json!({"id": "x"})).await;
    assert_eq!(unread.code(), Some("invalid_input"));
    assert!(is_kept(&client, 1).await);
}

#[tokio::test(start_paused = true)]
async fn a_write_is_answered_though_nothing_could_be_thrown_away() {
    let store = Foreign::default();
    let away = store.switch();
    let server = Server::new("caching")
        .mount(TOOLS)
        .shared_state(Script::new([]))
        .store(store)
        .state_key(KEY);
    let client = Client::builder(server).connect().await;
    away.set(true);
    assert_eq!(client.call("write", json!({"id": 1})).await.text(), "run 1");
}
