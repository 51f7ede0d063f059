//! A call that is sent twice runs once.

use std::sync::Arc;
use std::time::Duration;

use mcp_runtime::prelude::*;
use mcp_runtime::testing::{Client, Reply};
use mcp_runtime::{ErrorKind, IDEMPOTENCY_META_KEY, Principal};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::advance;
use validator::Validate;

use crate::foreign::Foreign;
use crate::script::{Script, Step, settle};
use crate::shared_store::KEY;

const SECOND: Duration = Duration::from_secs(1);

/// Pay somebody.
#[tool(idempotency = "24h", timeout = "5s")]
async fn pay(
    to: &str,
    #[arg(default = 1)] amount: u32,
    script: State<Script>,
) -> Result<String, ToolError> {
    Ok(format!("{to} {amount}, {}", script.run().await?))
}

/// Pay somebody, never twice.
#[tool(idempotency = "24h required")]
async fn pay_surely(to: &str, script: State<Script>) -> Result<String, ToolError> {
    Ok(format!("{to}, {}", script.run().await?))
}

/// Whom to pay.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
struct Payment {
    to: String,
}

/// Pay by a struct.
#[tool(idempotency = "90m")]
async fn pay_whole(payment: Args<Payment>, script: State<Script>) -> Result<String, ToolError> {
    Ok(format!("{}, {}", payment.to, script.run().await?))
}

/// Pay once a human says so.
#[tool(destructive, idempotency = "24h", confirm = "Pay {to}?")]
async fn pay_confirmed(to: &str, script: State<Script>) -> Result<String, ToolError> {
    Ok(format!("{to}, {}", script.run().await?))
}

/// Pay somebody, and say more than may be said.
#[tool(idempotency = "24h", max_out = "10B")]
async fn pay_wordily(to: &str, script: State<Script>) -> Result<String, ToolError> {
    Ok(format!("{to}, {}, and much more", script.run().await?))
}

/// Pay somebody, seldom.
#[tool(idempotency = "24h", rate = "1/d")]
async fn pay_seldom(to: &str, script: State<Script>) -> Result<String, ToolError> {
    Ok(format!("{to}, {}", script.run().await?))
}

fn server(script: &Arc<Script>) -> Server {
    Server::new("payments")
        .mount(tools![
            pay,
            pay_surely,
            pay_whole,
            pay_confirmed,
            pay_wordily,
            pay_seldom
        ])
        .shared_state(Arc::clone(script))
}

async fn client(script: &Arc<Script>) -> Client {
    Client::builder(server(script)).connect().await
}

fn to_ada(key: &str) -> Value {
    json!({"to": "ada", "idempotencyKey": key})
}

fn is_replay(reply: &Reply) -> bool {
    reply.meta().get(IDEMPOTENCY_META_KEY) == Some(&json!({"replayed": true}))
}

#[tokio::test(start_paused = true)]
async fn the_same_key_and_arguments_are_given_the_first_result() {
    let script = Script::new([]);
    let client = client(&script).await;
    let first = client.call("pay", to_ada("k")).await;
    assert_eq!(first.text(), "ada 1, run 1");
    assert!(!is_replay(&first));
    advance(23 * 60 * 60 * SECOND).await;
    let spelled_out = json!({"idempotencyKey": "k", "amount": 1, "to": "ada"});
    for call in [to_ada("k"), spelled_out] {
        let again = client.call("pay", call).await;
        assert_eq!(again.text(), "ada 1, run 1");
        assert!(is_replay(&again));
    }
    advance(2 * 60 * 60 * SECOND).await;
    assert_eq!(client.call("pay", to_ada("k")).await.text(), "ada 1, run 2");
}

#[tokio::test(start_paused = true)]
async fn the_same_key_with_other_arguments_is_a_conflict() {
    let script = Script::new([]);
    let client = client(&script).await;
    client.call("pay", to_ada("k")).await;
    for other in [
        json!({"to": "bob", "idempotencyKey": "k"}),
        json!({"to": "ada", "amount": 2, "idempotencyKey": "k"}),
    ] {
        let reply = client.call("pay", other).await;
        assert_eq!(reply.code(), Some("idempotency_conflict"));
    }
    assert_eq!(script.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_key_is_one_callers_and_one_tools() {
    let script = Script::new([]);
    let client = client(&script).await;
    let issuer = "https://id.example.com";
    let mut callers = vec![client.anonymous()];
    for caller in [
        Principal::new(issuer, "ada"),
        Principal::new(issuer, "ada").tenant("x"),
        Principal::new(issuer, "bob"),
        Principal::new("https://other.example.com", "ada"),
    ] {
        callers.push(client.as_caller(caller));
    }
    for caller in &callers {
        assert!(!is_replay(&caller.call("pay", to_ada("k")).await));
        assert!(!is_replay(&caller.call("pay_surely", to_ada("k")).await));
    }
    assert_eq!(script.runs(), 10);
    // Another scope makes nobody another caller.
    let again = client.as_caller(Principal::new(issuer, "ada").scope("s"));
    assert!(is_replay(&again.call("pay", to_ada("k")).await));
}

#[tokio::test(start_paused = true)]
async fn calls_without_a_key_or_with_other_keys_all_run() {
    let script = Script::new([]);
    let client = client(&script).await;
    for call in [
        json!({"to": "ada"}),
        json!({"to": "ada"}),
        json!({"to": "ada", "idempotencyKey": null}),
        to_ada("k"),
        to_ada("K"),
        to_ada(" k"),
    ] {
        assert!(!is_replay(&client.call("pay", call).await));
    }
    assert_eq!(script.runs(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_key_whose_call_is_running_is_in_progress() {
    let script = Script::new([Step::Hold]);
    let client = client(&script).await;
    let first = client.start("pay", to_ada("k")).await;
    settle().await;
    let second = client.call("pay", to_ada("k")).await;
    assert_eq!(second.code(), Some("in_progress"));
    assert_eq!(second.error_object().unwrap().get("outcome"), None);
    let other = json!({"to": "bob", "idempotencyKey": "k"});
    let conflict = client.call("pay", other).await;
    assert_eq!(conflict.code(), Some("idempotency_conflict"));
    script.open();
    assert_eq!(first.await.text(), "ada 1, run 1");
    assert_eq!(client.call("pay", to_ada("k")).await.text(), "ada 1, run 1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_at_once_one_runs() {
    for store in [true, false] {
        let script = Script::new([]);
        let mut server = server(&script);
        if store {
            // A busy machine is no outage.
            server = server
                .store(Foreign::default())
                .state_key(KEY)
                .store_timeout(60 * SECOND);
        }
        let client = Client::builder(server).connect().await;
        let mut calls = Vec::new();
        for _ in 0..200 {
            calls.push(client.start("pay", to_ada("k")).await);
        }
        for call in calls {
            let reply = call.await;
            let is_first = reply.code().is_none() && reply.text() == "ada 1, run 1";
            assert!(is_first || reply.code() == Some("in_progress"), "{reply:?}");
        }
        assert_eq!(script.runs(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_failure_that_did_nothing_the_key_is_free() {
    use ErrorKind::{Conflict, Failed, Forbidden, InvalidInput, NotFound, Transient};
    for kind in [
        Conflict,
        Failed,
        Forbidden,
        InvalidInput,
        NotFound,
        Transient,
    ] {
        for store in [true, false] {
            let script = Script::new([Step::Fail(kind)]);
            let mut server = server(&script);
            if store {
                server = server.store(Foreign::default()).state_key(KEY);
            }
            let client = Client::builder(server).connect().await;
            let failed = client.call("pay", to_ada("k")).await;
            assert_eq!(failed.code(), Some(kind.code()));
            assert_eq!(client.call("pay", to_ada("k")).await.text(), "ada 1, run 2");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn after_an_unknown_outcome_the_key_stays_claimed() {
    for step in [
        Step::Take(6 * SECOND),
        Step::Panic,
        Step::Fail(ErrorKind::Timeout),
        Step::Fail(ErrorKind::Internal),
    ] {
        let script = Script::new([step]);
        let client = client(&script).await;
        assert!(client.call("pay", to_ada("k")).await.is_error());
        assert_unknown(&client).await;
        assert_eq!(script.runs(), 1);
        advance(24 * 60 * 60 * SECOND).await;
        assert_eq!(client.call("pay", to_ada("k")).await.text(), "ada 1, run 2");
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_cancellation_the_key_stays_claimed() {
    let script = Script::new([Step::Hold]);
    let client = client(&script).await;
    let first = client.start("pay", to_ada("k")).await;
    settle().await;
    first.cancel();
    settle().await;
    assert_eq!((script.runs(), script.stopped()), (1, 1));
    assert_unknown(&client).await;
    assert_eq!(script.runs(), 1);
}

async fn assert_unknown(client: &Client) {
    let again = client.call("pay", to_ada("k")).await;
    assert_eq!(again.code(), Some("in_progress"));
    assert_eq!(again.error_object().unwrap()["outcome"], "unknown");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_away_leaves_the_truth_behind() {
    let script = Script::new([]);
    let client = Client::builder(server(&script).store(Foreign::default()).state_key(KEY))
        .connect()
        .await;
    let mut outcomes = [0; 3];
    // The store takes its time, so that the cancellation meets the call everywhere in its way.
    for steps in 0..40 {
        let key = format!("k{steps}");
        let runs = script.runs();
        let call = client.start("pay", to_ada(&key)).await;
        for _ in 0..steps {
            tokio::task::yield_now().await;
        }
        call.cancel();
        settle().await;
        let has_run = script.runs() > runs;
        let again = client.call("pay", to_ada(&key)).await;
        assert_eq!(script.runs(), runs + 1);
        outcomes[match (has_run, again.code(), is_replay(&again)) {
            (true, Some("in_progress"), _) => 0,
            (true, None, true) => 1,
            // Nothing had happened, and nothing was left behind.
            (false, None, false) => 2,
            _ => panic!("{again:?}"),
        }] += 1;
    }
    assert!(outcomes[1] > 0 && outcomes[2] > 0, "{outcomes:?}");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_a_human_must_confirm_gives_its_key_back_until_then() {
    let script = Script::new([]);
    let client = client(&script).await;
    let call = json!({
        "name": "pay_confirmed",
        "arguments": to_ada("k"),
        "_meta": {"io.modelcontextprotocol/clientCapabilities": {"elicitation": {}}},
    });
    let asked = client.request("tools/call", &call).await;
    assert_eq!(asked.result()["resultType"], "input_required");
    let mut confirmed = call.clone();
    confirmed["requestState"] = asked.result()["requestState"].clone();
    confirmed["inputResponses"] =
        json!({"confirm": {"action": "accept", "content": {"confirm": true}}});
    let done = client.request("tools/call", &confirmed).await;
    assert_eq!(done.text(), "ada, run 1");
    for repeated in [call, confirmed] {
        let again = client.request("tools/call", repeated).await;
        assert_eq!(again.text(), "ada, run 1");
        assert!(is_replay(&again));
    }
}

#[tokio::test(start_paused = true)]
async fn where_the_store_is_away_nothing_runs() {
    let script = Script::new([]);
    let store = Foreign::default();
    let away = store.switch();
    let client = Client::builder(server(&script).store(store).state_key(KEY))
        .connect()
        .await;
    away.set(true);
    let refused = client.call("pay", to_ada("k")).await;
    assert_eq!(refused.code(), Some("unavailable"));
    assert_eq!(script.runs(), 0);
    assert!(!client.call("pay", json!({"to": "ada"})).await.is_error());
    away.set(false);
    assert!(!client.call("pay", to_ada("k")).await.is_error());
}

#[tokio::test(start_paused = true)]
async fn the_key_stands_in_the_schema_and_never_reaches_the_tool() {
    let client = client(&Script::new([])).await;
    let tools = client.tools().await;
    let key = &tools["pay"]["inputSchema"]["properties"]["idempotencyKey"];
    assert_eq!(key["type"], "string");
    assert!(
        key["description"]
            .as_str()
            .unwrap()
            .contains("within 24 hours")
    );
    let whole = &tools["pay_whole"]["inputSchema"]["properties"]["idempotencyKey"];
    assert!(
        whole["description"]
            .as_str()
            .unwrap()
            .contains("within 90 minutes")
    );
    assert_eq!(tools["pay"]["inputSchema"]["required"], json!(["to"]));
    let required = &tools["pay_surely"]["inputSchema"]["required"];
    assert_eq!(required, &json!(["to", "idempotencyKey"]));
    let whole = client.call("pay_whole", to_ada("k")).await;
    assert_eq!(whole.text(), "ada, run 1");
    assert!(is_replay(&client.call("pay_whole", to_ada("k")).await));
}

#[tokio::test(start_paused = true)]
async fn a_key_that_cannot_be_used_is_refused_beside_every_other_mistake() {
    let script = Script::new([]);
    let client = client(&script).await;
    for key in [
        json!(""),
        json!(7),
        json!({}),
        json!("k".repeat(256)),
        json!(true),
    ] {
        let reply = client.call("pay", json!({"idempotencyKey": key})).await;
        assert_eq!(reply.code(), Some("invalid_input"), "{key}");
        let errors = &reply.error_object().unwrap()["errors"];
        let paths: Vec<_> = errors
            .as_array()
            .unwrap()
            .iter()
            .map(|error| &error["path"])
            .collect();
        assert_eq!(paths, ["to", "idempotencyKey"]);
    }
    let missing = client.call("pay_surely", json!({"to": "ada"})).await;
    assert_eq!(missing.code(), Some("invalid_input"));
    assert!(missing.text().contains("idempotencyKey: is required"));
    assert_eq!(script.runs(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_effect_whose_result_did_not_get_through_does_not_happen_again() {
    let script = Script::new([]);
    let client = client(&script).await;
    let first = client.call("pay_wordily", to_ada("k")).await;
    assert_eq!(first.code(), Some("response_too_large"));
    let again = client.call("pay_wordily", to_ada("k")).await;
    assert_eq!(again.code(), Some("in_progress"));
    assert_eq!(script.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_repetition_costs_nothing_and_a_refused_call_gives_its_key_back() {
    let script = Script::new([]);
    let client = client(&script).await;
    for _ in 0..3 {
        let reply = client.call("pay_seldom", to_ada("k")).await;
        assert_eq!(reply.text(), "ada, run 1");
    }
    for _ in 0..2 {
        let refused = client.call("pay_seldom", to_ada("other")).await;
        assert_eq!(refused.code(), Some("rate_limited"));
    }
    advance(24 * 60 * 60 * SECOND).await;
    let reply = client.call("pay_seldom", to_ada("other")).await;
    assert_eq!(reply.text(), "ada, run 2");
}
