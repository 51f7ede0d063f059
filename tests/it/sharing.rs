//! Several servers behind one store: what they share, what they need for it, and what becomes of calls without the store.

use std::sync::Arc;
use std::time::Duration;

use mcp_runtime::prelude::*;
use mcp_runtime::store::MemoryStore;
use mcp_runtime::testing::{Client, Reply};
use mcp_runtime::{IDEMPOTENCY_META_KEY, Principal};
use serde_json::{Value, json};
use tokio::time::{Instant, advance};

use crate::foreign::Foreign;
use crate::script::Script;
use crate::shared_store::{KEY, Shared};

const SECOND: Duration = Duration::from_secs(1);

/// Look at something.
#[tool(read_only, cache = "60s tags(thing:{id})")]
async fn look(id: u32, script: State<Script>) -> Result<String, ToolError> {
    let _ = id;
    script.run().await
}

/// Change something.
#[tool(invalidates = "tags(thing:{id})")]
async fn change(id: u32) -> String {
    format!("{id} is another")
}

/// Search, now and then.
#[tool(read_only, rate = "2/min per global")]
async fn search() -> &'static str {
    "found"
}

/// Pay once.
#[tool(idempotency = "24h")]
async fn pay(amount: u32, script: State<Script>) -> Result<String, ToolError> {
    let _ = amount;
    script.run().await
}

/// Delete a file.
#[tool(destructive, confirm = "Delete {path}?")]
async fn delete(path: &str) -> String {
    format!("{path} is gone")
}

/// Compute something that nobody waits for.
#[tool(read_only, task = "optional")]
async fn compute() -> &'static str {
    "42"
}

/// Search with everything that a tool can have.
#[tool(
    read_only,
    cache = "60s",
    rate = ["5/s", "100/s per global"],
    idempotency = "1h"
)]
async fn everything(id: u32) -> String {
    id.to_string()
}

const TOOLS: Toolset = tools![look, change, search, pay, delete, compute, everything];

fn server(script: &Arc<Script>) -> Server {
    Server::new("sharing")
        .mount(TOOLS)
        .shared_state(Arc::clone(script))
        .local_principal(Principal::local("ada"))
}

/// Two servers with one store between them.
async fn two(script: &Arc<Script>, keys: [[u8; 32]; 2]) -> [Client; 2] {
    let store = Shared::new(MemoryStore::new());
    let client = |key| {
        let server = server(script).store(store.clone()).state_key(key);
        Client::builder(server).connect()
    };
    [client(keys[0]).await, client(keys[1]).await]
}

async fn look_at(client: &Client, id: u32) -> String {
    client.call("look", json!({"id": id})).await.text()
}

#[tokio::test(start_paused = true)]
async fn servers_with_one_key_share_rates_answers_and_what_is_thrown_away() {
    let script = Script::new([]);
    let [one, two] = two(&script, [KEY, KEY]).await;
    for (client, passes) in [(&one, true), (&two, true), (&one, false), (&two, false)] {
        let reply = client.call("search", json!({})).await;
        assert_eq!(reply.code(), (!passes).then_some("rate_limited"));
    }
    assert_eq!(look_at(&one, 1).await, "run 1");
    assert_eq!(look_at(&two, 1).await, "run 1");
    two.call("change", json!({"id": 1})).await;
    assert_eq!(look_at(&one, 1).await, "run 2");
}

#[tokio::test(start_paused = true)]
async fn servers_with_one_key_are_one_for_what_happens_once() {
    let script = Script::new([]);
    let [one, two] = two(&script, [KEY, KEY]).await;
    let call = json!({"amount": 7, "idempotencyKey": "k"});
    assert_eq!(one.call("pay", &call).await.text(), "run 1");
    let again = two.call("pay", &call).await;
    assert_eq!(again.text(), "run 1");
    assert_eq!(again.meta()[IDEMPOTENCY_META_KEY]["replayed"], true);

    let approval = approval(&one).await;
    let done = two.request("tools/call", &approval).await;
    assert_eq!(done.text(), "a.txt is gone");
    for client in [&one, &two] {
        let replayed = client.request("tools/call", &approval).await;
        assert_eq!(replayed.code(), Some("not_confirmed"));
    }
}

#[tokio::test(start_paused = true)]
async fn servers_with_keys_of_their_own_share_nothing() {
    let script = Script::new([]);
    let [one, two] = two(&script, [[1; 32], [2; 32]]).await;
    for client in [&one, &two] {
        for passes in [true, true, false] {
            let reply = client.call("search", json!({})).await;
            assert_eq!(reply.code(), (!passes).then_some("rate_limited"));
        }
    }
    assert_eq!(look_at(&one, 1).await, "run 1");
    assert_eq!(look_at(&two, 1).await, "run 2");
    let approval = approval(&one).await;
    let foreign = two.request("tools/call", &approval).await;
    assert_eq!(foreign.rpc_error().unwrap().code, -32602);
}

/// A call that a human has said yes to.
async fn approval(client: &Client) -> Value {
    let mut call = json!({
        "name": "delete",
        "arguments": {"path": "a.txt"},
        "_meta": {"io.modelcontextprotocol/clientCapabilities": {"elicitation": {}}},
    });
    let asked = client.request("tools/call", &call).await;
    call["requestState"] = asked.result()["requestState"].clone();
    call["inputResponses"] = json!({"confirm": {"action": "accept", "content": {"confirm": true}}});
    call
}

#[test]
fn a_store_that_others_may_share_needs_a_key() {
    let script = Script::new([]);
    let error = server(&script)
        .store(Foreign::default())
        .check()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the server has a store that others may share, and no key to name things in it by\n  \
         help: give every server that shares it the same 32 random bytes, with `.state_key(..)` or in `MCP_STATE_KEY`"
    );
    server(&script)
        .store(Foreign::default())
        .state_key(KEY)
        .check()
        .unwrap();
    server(&script).store(MemoryStore::new()).check().unwrap();
}

/// A client of a server whose store hangs.
async fn without_store() -> (Client, mcp_runtime::metrics::Metrics) {
    let store = Foreign::default();
    store.switch().hang();
    let server = server(&Script::new([])).store(store).state_key(KEY);
    let metrics = server.metrics();
    (Client::builder(server).connect().await, metrics)
}

/// The reply, and how long it took.
async fn timed(reply: impl Future<Output = Reply>) -> (Reply, Duration) {
    let start = Instant::now();
    (reply.await, start.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_costs_the_first_calls_alone() {
    let (client, metrics) = without_store().await;
    assert!(!metrics.snapshot().store_away);
    let start = Instant::now();
    for id in 0..5 {
        let reply = client.call("everything", json!({"id": id})).await;
        assert_eq!(reply.text(), id.to_string());
    }
    assert_eq!(
        start.elapsed(),
        Duration::from_millis(250),
        "five operations"
    );
    assert!(metrics.snapshot().store_away);
    for id in 0..5 {
        let call = json!({"id": id});
        let (reply, took) = timed(client.call("look", call)).await;
        assert_eq!((reply.is_error(), took), (false, Duration::ZERO));
    }
    advance(SECOND).await;
    let (_, took) = timed(client.call("look", json!({"id": 1}))).await;
    assert_eq!(took, Duration::from_millis(50), "a probe");
}

#[tokio::test(start_paused = true)]
async fn what_must_happen_once_does_not_happen_without_the_store() {
    let (client, _) = without_store().await;
    let approval = approval(&client).await;
    let (refused, took) = timed(client.request("tools/call", &approval)).await;
    assert_eq!(refused.code(), Some("unavailable"));
    assert!(took <= Duration::from_millis(50), "{took:?}");
    let call = json!({"amount": 7, "idempotencyKey": "k"});
    let (refused, took) = timed(client.call("pay", call)).await;
    assert_eq!(refused.code(), Some("unavailable"));
    assert!(took <= Duration::from_millis(50), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_write_does_not_wait_for_a_store_that_hangs() {
    let (client, _) = without_store().await;
    let (reply, took) = timed(client.call("change", json!({"id": 1}))).await;
    assert_eq!(reply.text(), "1 is another");
    assert_eq!(took, Duration::from_millis(50));
}

#[tokio::test(start_paused = true)]
async fn a_store_may_be_given_more_time() {
    let store = Foreign::default();
    store.switch().hang();
    let server = server(&Script::new([])).store(store).state_key(KEY);
    let client = Client::builder(server.store_timeout(SECOND))
        .connect()
        .await;
    let (_, took) = timed(client.call("change", json!({"id": 1}))).await;
    assert_eq!(took, SECOND);
}
