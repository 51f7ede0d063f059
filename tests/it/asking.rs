//! Questions in rounds (2026-07-28): asking the user, confirming, and what a sealed state is good for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mcp_runtime::prelude::*;
use mcp_runtime::testing::{Client, Reply};
use mcp_runtime::{Capability, Principal};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize, JsonSchema)]
struct Who {
    /// Your name.
    name: String,
}

#[derive(Default)]
struct Effects(AtomicUsize);

impl Effects {
    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    fn happen(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }
}

/// Greet the user.
#[tool]
async fn greet(ctx: Context) -> Result<String, ToolError> {
    let who: Who = ctx.ask("who", "What is your name?").await?;
    Ok(format!("Hello, {}!", who.name))
}

/// Greet two users, with an effect before.
#[tool]
async fn greet_both(ctx: Context, effects: State<Effects>) -> Result<String, ToolError> {
    let number: usize = ctx.once("number", async { Ok(effects.happen()) }).await?;
    let first: Who = ctx.ask("first", "Who is the first?").await?;
    let second: Who = ctx.ask("second", "Who is the second?").await?;
    Ok(format!("{number}: {} and {}", first.name, second.name))
}

/// Let the client's model and folders speak, as far as it has them.
#[tool]
async fn survey(ctx: Context) -> Result<String, ToolError> {
    let mut said = Vec::new();
    if ctx.can(Capability::Roots) {
        let roots = ctx.roots("roots").await?;
        said.push(format!("{} roots", roots.len()));
    }
    let sampled = ctx.sample("capital", "Capital of France?", 100).await?;
    said.push(sampled.text().unwrap_or_default().to_owned());
    Ok(said.join(", "))
}

/// Delete a file.
#[tool(destructive, confirm = "Delete {path}?")]
async fn delete(path: String, effects: State<Effects>) -> String {
    effects.happen();
    format!("{path} is gone")
}

/// Empty a folder.
#[tool(destructive, confirm = "Empty {folder}?")]
async fn empty(#[arg(default = "/tmp")] folder: &str) -> String {
    format!("{folder} is empty")
}

/// Delete a file once somebody has signed for it.
#[tool(destructive, confirm = "Delete {path}?")]
async fn delete_signed(
    path: String,
    ctx: Context,
    effects: State<Effects>,
) -> Result<String, ToolError> {
    let who: Who = ctx.ask("who", "Who signs for it?").await?;
    effects.happen();
    Ok(format!("{path} is gone, says {}", who.name))
}

/// Delete a file, whenever the human comes round to it.
#[tool(destructive, confirm = "Delete {path}?", confirm_ttl = "1h")]
async fn delete_at_leisure(path: String, effects: State<Effects>) -> String {
    effects.happen();
    format!("{path} is gone")
}

/// Write a text of some length before asking whom it is for.
#[tool]
async fn write(length: usize, ctx: Context) -> Result<String, ToolError> {
    let draft = async { Ok("x".repeat(length)) };
    let text: String = ctx.once("draft", draft).await?;
    let who: Who = ctx.ask("who", "For whom is it?").await?;
    Ok(format!("{} for {}", text.len(), who.name))
}

async fn client() -> (Client, Arc<Effects>) {
    let effects = Arc::new(Effects::default());
    let server = Server::new("asking")
        .mount(tools![
            greet,
            greet_both,
            survey,
            delete,
            empty,
            delete_signed,
            delete_at_leisure,
            write
        ])
        .shared_state(Arc::clone(&effects))
        .local_principal(Principal::local("ada"));
    (Client::builder(server).connect().await, effects)
}

fn params(tool: &str, arguments: Value) -> Value {
    json!({
        "name": tool,
        "arguments": arguments,
        "_meta": {"io.modelcontextprotocol/clientCapabilities": {"elicitation": {}}},
    })
}

/// The same call again, with answers.
fn again(mut params: Value, asked: &Reply, answers: Value) -> Value {
    params["inputResponses"] = answers;
    params["requestState"] = asked.result()["requestState"].clone();
    params
}

fn accept(content: Value) -> Value {
    json!({"action": "accept", "content": content})
}

fn yes() -> Value {
    json!({"confirm": accept(json!({"confirm": true}))})
}

#[tokio::test]
async fn a_question_ends_the_call_and_its_answer_finishes_it() {
    let (client, _) = client().await;
    let call = params("greet", json!({}));
    let asked = client.request("tools/call", &call).await;
    let result = asked.result();
    assert_eq!(result["resultType"], "input_required");
    let question = &result["inputRequests"]["who"];
    assert_eq!(question["method"], "elicitation/create");
    assert_eq!(question["params"]["message"], "What is your name?");
    let schema = &question["params"]["requestedSchema"];
    assert_eq!(schema["properties"]["name"]["type"], "string");
    assert_eq!(schema["required"], json!(["name"]));

    let answers = json!({"who": accept(json!({"name": "Ada"}))});
    let done = client
        .request("tools/call", again(call, &asked, answers))
        .await;
    assert_eq!(done.text(), "Hello, Ada!");
}

#[tokio::test]
async fn a_wrong_answer_is_asked_for_again() {
    let (client, _) = client().await;
    let call = params("greet", json!({}));
    let asked = client.request("tools/call", &call).await;
    for wrong in [json!({"other": accept(json!({}))}), json!({"who": 12345})] {
        let reply = client
            .request("tools/call", again(call.clone(), &asked, wrong))
            .await;
        assert_eq!(reply.result()["resultType"], "input_required");
    }
}

#[tokio::test]
async fn earlier_answers_are_carried_and_a_step_runs_once() {
    let (client, effects) = client().await;
    let call = params("greet_both", json!({}));
    let first = client.request("tools/call", &call).await;
    let answers = json!({"first": accept(json!({"name": "Ada"}))});
    let second = client
        .request("tools/call", again(call.clone(), &first, answers))
        .await;
    assert!(second.result()["inputRequests"]["second"].is_object());
    let answers = json!({"second": accept(json!({"name": "Bob"}))});
    let done = client
        .request("tools/call", again(call, &second, answers))
        .await;
    assert_eq!(done.text(), "1: Ada and Bob");
    assert_eq!(effects.count(), 1);
}

#[tokio::test]
async fn a_user_who_declines_ends_the_call() {
    let (client, _) = client().await;
    let call = params("greet", json!({}));
    let asked = client.request("tools/call", &call).await;
    let answers = json!({"who": {"action": "decline"}});
    let reply = client
        .request("tools/call", again(call, &asked, answers))
        .await;
    assert_eq!(reply.code(), Some("not_confirmed"));
}

#[tokio::test]
async fn what_the_client_cannot_do_is_not_asked_of_it() {
    let (client, _) = client().await;
    let mut call = params("survey", json!({}));
    let lacks = client.request("tools/call", &call).await;
    let error = lacks.rpc_error().unwrap();
    assert_eq!(error.code, -32021);
    call["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!({"sampling": {}});
    let asked = client.request("tools/call", &call).await;
    let requests = asked.result()["inputRequests"].as_object().unwrap().clone();
    assert_eq!(requests.keys().collect::<Vec<_>>(), ["capital"]);
    let answer =
        json!({"role": "assistant", "model": "m", "content": {"type": "text", "text": "Paris"}});
    let reply = client
        .request(
            "tools/call",
            again(call, &asked, json!({"capital": answer})),
        )
        .await;
    assert_eq!(reply.text(), "Paris");
}

#[tokio::test]
async fn a_confirmed_tool_runs_after_a_yes_and_once() {
    let (client, effects) = client().await;
    let call = params("delete", json!({"path": "a.txt"}));
    let asked = client.request("tools/call", &call).await;
    assert_eq!(effects.count(), 0);
    let question = &asked.result()["inputRequests"]["confirm"]["params"];
    assert_eq!(question["message"], "Delete “a.txt”?");

    let approval = again(call, &asked, yes());
    let done = client.request("tools/call", &approval).await;
    assert_eq!(done.text(), "a.txt is gone");
    let replayed = client.request("tools/call", &approval).await;
    assert_eq!(replayed.code(), Some("not_confirmed"));
    assert_eq!(effects.count(), 1);
}

/// The last round of a confirmed call that asks once more: its tool has not run yet.
async fn last_round(client: &Client) -> Value {
    let call = params("delete_signed", json!({"path": "a.txt"}));
    let asked = client.request("tools/call", &call).await;
    let confirmed = again(call.clone(), &asked, yes());
    let asked = client.request("tools/call", &confirmed).await;
    assert!(asked.result()["inputRequests"]["who"].is_object());
    let name = json!({"who": accept(json!({"name": "Ada"}))});
    again(call, &asked, name)
}

#[tokio::test]
async fn one_yes_is_for_one_run_also_where_the_tool_asks_more() {
    let (client, effects) = client().await;
    let last = last_round(&client).await;
    let done = client.request("tools/call", &last).await;
    assert_eq!(done.text(), "a.txt is gone, says Ada");
    for _ in 0..3 {
        let replayed = client.request("tools/call", &last).await;
        assert_eq!(replayed.code(), Some("not_confirmed"));
    }
    assert_eq!(effects.count(), 1);
}

#[tokio::test]
async fn one_yes_is_for_one_run_of_those_that_come_at_once() {
    let (client, effects) = client().await;
    let last = last_round(&client).await;
    let calls = (0..8).map(|_| client.request("tools/call", &last));
    let replies = futures_util::future::join_all(calls).await;
    let codes = replies.iter().filter_map(Reply::code);
    assert_eq!(codes.filter(|code| *code == "not_confirmed").count(), 7);
    assert_eq!(effects.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_yes_is_for_one_run_however_long_it_holds() {
    let (client, effects) = client().await;
    let call = params("delete_at_leisure", json!({"path": "a.txt"}));
    let asked = client.request("tools/call", &call).await;
    let approval = again(call, &asked, yes());
    tokio::time::advance(Duration::from_secs(60)).await;
    let done = client.request("tools/call", &approval).await;
    assert_eq!(done.text(), "a.txt is gone");
    for _ in 0..5 {
        tokio::time::advance(Duration::from_secs(11 * 60)).await;
        let replayed = client.request("tools/call", &approval).await;
        let refused = replayed.code() == Some("not_confirmed") || replayed.rpc_error().is_some();
        assert!(refused, "{replayed:?}");
    }
    assert_eq!(effects.count(), 1);
}

#[tokio::test]
async fn what_a_client_would_carry_for_nothing_it_is_not_given() {
    let (client, _) = client().await;
    let (mut carried, mut refused) = (0, 0);
    for length in (48_600..49_100).step_by(7) {
        let call = params("write", json!({"length": length}));
        let asked = client.request("tools/call", &call).await;
        if asked.code() == Some("internal") {
            refused += 1;
            continue;
        }
        assert_eq!(refused, 0, "what is shorter fits");
        carried += 1;
        let name = json!({"who": accept(json!({"name": "Ada"}))});
        let done = client
            .request("tools/call", again(call, &asked, name))
            .await;
        assert_eq!(done.text(), format!("{length} for Ada"));
    }
    assert!(carried > 0 && refused > 0, "{carried} {refused}");
}

#[tokio::test]
async fn a_default_is_shown_where_the_call_says_nothing() {
    let (client, _) = client().await;
    let asked = client
        .request("tools/call", params("empty", json!({})))
        .await;
    let question = &asked.result()["inputRequests"]["confirm"]["params"];
    assert_eq!(question["message"], "Empty “/tmp”?");
}

#[tokio::test]
async fn nothing_but_a_yes_confirms() {
    let (client, effects) = client().await;
    let call = params("delete", json!({"path": "a.txt"}));
    for answer in [
        json!({"action": "decline"}),
        json!({"action": "cancel"}),
        accept(json!({})),
        accept(json!({"confirm": false})),
        accept(json!({"confirm": "true"})),
    ] {
        let asked = client.request("tools/call", &call).await;
        let answers = json!({"confirm": answer});
        let reply = client
            .request("tools/call", again(call.clone(), &asked, answers))
            .await;
        assert_eq!(reply.code(), Some("not_confirmed"), "{answer}");
    }
    assert_eq!(effects.count(), 0);
}

#[tokio::test]
async fn a_first_call_that_brings_its_own_yes_is_refused() {
    let (client, effects) = client().await;
    let mut call = params("delete", json!({"path": "a.txt"}));
    call["inputResponses"] = yes();
    let reply = client.request("tools/call", call).await;
    assert_eq!(reply.code(), Some("not_confirmed"));
    assert_eq!(effects.count(), 0);
}

#[tokio::test]
async fn a_yes_to_other_arguments_is_asked_again() {
    let (client, effects) = client().await;
    let asked = client
        .request("tools/call", params("delete", json!({"path": "a.txt"})))
        .await;
    let other = params("delete", json!({"path": "b.txt"}));
    let reply = client
        .request("tools/call", again(other, &asked, yes()))
        .await;
    assert_eq!(reply.result()["resultType"], "input_required");
    assert_eq!(effects.count(), 0);
}

#[tokio::test]
async fn a_state_of_another_caller_or_tool_and_a_changed_one_are_refused() {
    let (client, effects) = client().await;
    let call = params("delete", json!({"path": "a.txt"}));
    let asked = client.request("tools/call", &call).await;
    let approval = again(call, &asked, yes());

    let bob = client.as_caller(Principal::local("bob"));
    let stolen = bob.request("tools/call", &approval).await;
    assert_eq!(stolen.rpc_error().unwrap().code, -32602);

    let mut elsewhere = approval.clone();
    elsewhere["name"] = json!("greet");
    elsewhere["arguments"] = json!({});
    let reply = client.request("tools/call", elsewhere).await;
    assert_eq!(reply.rpc_error().unwrap().code, -32602);

    let mut tampered = approval;
    let state = tampered["requestState"].as_str().unwrap();
    let changed = if state.starts_with('A') { "B" } else { "A" };
    let state = format!("{changed}{}", &state[1..]);
    tampered["requestState"] = json!(state);
    let reply = client.request("tools/call", tampered).await;
    assert_eq!(reply.rpc_error().unwrap().code, -32602);
    assert_eq!(effects.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_approval_ends() {
    let (client, effects) = client().await;
    let call = params("delete", json!({"path": "a.txt"}));
    let asked = client.request("tools/call", &call).await;
    tokio::time::advance(Duration::from_secs(301)).await;
    let reply = client
        .request("tools/call", again(call, &asked, yes()))
        .await;
    assert_eq!(reply.rpc_error().unwrap().code, -32602);
    assert_eq!(effects.count(), 0);
}

#[tokio::test]
async fn a_client_that_cannot_ask_is_denied() {
    let (client, effects) = client().await;
    let reply = client.call("delete", json!({"path": "a.txt"})).await;
    assert_eq!(reply.code(), Some("confirmation_unavailable"));
    assert_eq!(effects.count(), 0);
}
