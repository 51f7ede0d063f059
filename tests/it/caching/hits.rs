//! When an answer is kept, and when it is given again.

use std::time::Duration;

use mcp_runtime::prelude::*;
use mcp_runtime::testing::{Client, Reply};
use mcp_runtime::{Call, Capability, ErrorKind, Image, Principal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::advance;
use validator::Validate;

use super::{ada, age, cached, client};
use crate::foreign::Foreign;
use crate::script::{Script, Step};
use crate::shared_store::KEY;

const SECOND: Duration = Duration::from_secs(1);

/// Look something up.
#[tool(read_only, cache = "60s")]
async fn look(
    id: Value,
    #[arg(default = 10)] limit: u32,
    note: Option<String>,
    script: State<Script>,
) -> Result<String, ToolError> {
    let _ = (id, limit, note);
    script.run().await
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_given_again_until_its_time_is_over() {
    let script = Script::new([]);
    let client = client(tools![look], &script).await;
    let first = client.call("look", json!({"id": "a"})).await;
    assert_eq!((first.text().as_str(), cached(&first)), ("run 1", None));
    advance(53 * SECOND).await;
    let again = client.call("look", json!({"id": "a"})).await;
    assert_eq!(again.text(), "run 1");
    assert_eq!((cached(&again), age(&again)), (Some("hit"), &json!(53_000)));
    advance(14 * SECOND).await;
    let later = client.call("look", json!({"id": "a"})).await;
    assert_eq!((later.text().as_str(), cached(&later)), ("run 2", None));
}

#[tokio::test(start_paused = true)]
async fn calls_that_mean_the_same_share_an_answer_and_others_do_not() {
    let same = [
        json!({"id": {"x": 1, "y": 2}}),
        json!({"id": {"y": 2, "x": 1}}),
        json!({"id": {"x": 1, "y": 2}, "limit": 10}),
        json!({"id": {"x": 1, "y": 2}, "note": null}),
    ];
    let other = [
        json!({"id": {"x": 1, "y": "2"}}),
        json!({"id": {"x": 1, "y": 2.0}}),
        json!({"id": {"x": 1, "y": [2]}}),
        json!({"id": {"x": 1, "y": 2, "z": null}}),
        json!({"id": [{"x": 1}, {"y": 2}]}),
        json!({"id": "{\"x\":1,\"y\":2}"}),
        json!({"id": {"x": 1, "y": 2}, "limit": 11}),
        json!({"id": {"x": 1, "y": 2}, "note": ""}),
    ];
    let script = Script::new([]);
    let client = client(tools![look], &script).await;
    for call in &same {
        assert_eq!(client.call("look", call).await.text(), "run 1", "{call}");
    }
    for (index, call) in other.iter().enumerate() {
        let reply = client.call("look", call).await;
        assert_eq!(reply.text(), format!("run {}", index + 2), "{call}");
    }
}

/// Look something up, however it is sorted.
#[tool(read_only, cache = "60s ignore(arg.trace, arg.filter.page)")]
async fn find(
    filter: Value,
    trace: Option<String>,
    script: State<Script>,
) -> Result<String, ToolError> {
    let _ = (filter, trace);
    script.run().await
}

#[tokio::test(start_paused = true)]
async fn an_ignored_argument_makes_no_difference() {
    let script = Script::new([]);
    let client = client(tools![find], &script).await;
    for call in [
        json!({"filter": {"name": "x", "page": 1}}),
        json!({"filter": {"name": "x", "page": 2}, "trace": "t"}),
        json!({"filter": {"name": "x"}, "trace": "u"}),
    ] {
        assert_eq!(client.call("find", &call).await.text(), "run 1", "{call}");
    }
    for call in [
        json!({"filter": {"name": "y"}}),
        json!({"filter": {"name": "x", "pages": 1}}),
        json!({"filter": {"name": {"page": 1}}}),
    ] {
        assert_ne!(client.call("find", &call).await.text(), "run 1", "{call}");
    }
}

/// How to look something up.
#[derive(Deserialize, JsonSchema, Validate)]
struct Search {
    #[serde(default = "ten")]
    limit: Option<u32>,
}

fn ten() -> Option<u32> {
    Some(10)
}

/// Look something up by a struct.
#[tool(read_only, cache = "60s")]
async fn search(args: Args<Search>) -> String {
    format!("{:?}", args.limit)
}

#[tokio::test(start_paused = true)]
async fn what_a_struct_reads_from_null_is_its_own_affair() {
    let client = client(tools![search], &Script::new([])).await;
    assert_eq!(client.call("search", json!({})).await.text(), "Some(10)");
    let null = client.call("search", json!({"limit": null})).await;
    assert_eq!(null.text(), "None");
}

/// Look something up by whatever is sent.
#[tool(read_only, open, cache = "60s")]
async fn anything(script: State<Script>) -> Result<String, ToolError> {
    script.run().await
}

#[tokio::test(start_paused = true)]
async fn arguments_that_nobody_declared_make_a_difference_where_they_are_let_through() {
    let script = Script::new([]);
    let client = client(tools![anything], &script).await;
    let texts = [
        client.call("anything", json!({"a": 1})).await.text(),
        client.call("anything", json!({"a": 2})).await.text(),
        client
            .call("anything", json!({"a": 1, "b": 0}))
            .await
            .text(),
        client
            .call("anything", json!({"b": 0, "a": 1}))
            .await
            .text(),
    ];
    assert_eq!(texts, ["run 1", "run 2", "run 3", "run 3"]);
}

#[tokio::test(start_paused = true)]
async fn failures_are_never_kept() {
    use ErrorKind::{Conflict, Internal, InvalidInput, NotFound, Timeout, Transient};
    let kinds = [
        NotFound,
        InvalidInput,
        Conflict,
        Transient,
        Timeout,
        Internal,
    ];
    let mut steps: Vec<Step> = kinds.map(Step::Fail).into();
    steps.push(Step::Panic);
    steps.push(Step::Take(31 * SECOND));
    let count = steps.len();
    let script = Script::new(steps);
    let client = client(tools![look], &script).await;
    for run in 1..=count {
        let reply = client.call("look", json!({"id": 1})).await;
        assert!(reply.is_error(), "{reply:?}");
        assert_eq!(script.runs(), run);
    }
    let reply = client.call("look", json!({"id": 1})).await;
    assert_eq!(reply.text(), format!("run {}", count + 1));
}

/// Greet the user.
#[tool(read_only, cache = "60s")]
async fn greet(ctx: Context, script: State<Script>) -> Result<String, ToolError> {
    #[derive(Deserialize, JsonSchema)]
    struct Who {
        name: String,
    }
    let run = script.run().await?;
    let who: Who = ctx.ask("who", "What is your name?").await?;
    Ok(format!("{run}: {}", who.name))
}

#[tokio::test(start_paused = true)]
async fn what_a_client_answered_is_never_kept() {
    let script = Script::new([]);
    let client = client(tools![greet], &script).await;
    for name in ["Ada", "Bob"] {
        let call = json!({
            "name": "greet",
            "arguments": {},
            "_meta": {"io.modelcontextprotocol/clientCapabilities": {"elicitation": {}}},
        });
        let asked = client.request("tools/call", &call).await;
        assert_eq!(asked.result()["resultType"], "input_required");
        let mut again = call;
        again["requestState"] = asked.result()["requestState"].clone();
        again["inputResponses"] = json!({"who": {"action": "accept", "content": {"name": name}}});
        let done = client.request("tools/call", again).await;
        assert_eq!(done.text(), format!("run {}: {name}", script.runs()));
        assert_eq!(cached(&done), None);
    }
    assert_eq!(script.runs(), 4);
}

/// A point.
#[derive(Serialize, JsonSchema)]
struct Point {
    x: i64,
}

/// Locate something.
#[tool(read_only, cache = "60s")]
async fn locate() -> Json<Point> {
    Json(Point { x: 7 })
}

/// Draw something.
#[tool(read_only, cache = "60s")]
async fn draw() -> (Image, String) {
    (Image::png([1, 2, 3]), "a dot".to_owned())
}

#[tokio::test(start_paused = true)]
async fn a_kept_answer_is_the_answer() {
    for tool in ["locate", "draw"] {
        for store in [None, Some(Foreign::default())] {
            let mut server = Server::new("caching").mount(tools![locate, draw]);
            if let Some(store) = store {
                server = server.store(store).state_key(KEY);
            }
            let client = Client::builder(server).connect().await;
            let first = client.call(tool, json!({})).await;
            let again = client.call(tool, json!({})).await;
            assert_eq!(cached(&again), Some("hit"));
            assert_eq!(first.content(), again.content());
            let structured = |reply: &Reply| reply.result().get("structuredContent").cloned();
            assert_eq!(structured(&first), structured(&again));
        }
    }
}

/// Look something up, and remember little.
#[tool(read_only, cache = "60s max 2")]
async fn few(id: u32, script: State<Script>) -> Result<String, ToolError> {
    let _ = id;
    script.run().await
}

#[tokio::test(start_paused = true)]
async fn no_more_answers_are_kept_than_declared() {
    let script = Script::new([]);
    let client = client(tools![few], &script).await;
    for id in [1, 2, 1, 3] {
        client.call("few", json!({"id": id})).await;
    }
    assert_eq!(script.runs(), 3);
    // The second one was asked for the longest ago.
    assert_eq!(client.call("few", json!({"id": 1})).await.text(), "run 1");
    assert_eq!(client.call("few", json!({"id": 2})).await.text(), "run 4");
}

/// Look something up for whoever asks.
#[tool(read_only, cache = "60s")]
async fn mine(call: Asking, script: State<Script>) -> Result<String, ToolError> {
    Ok(format!("{} {}", call.0, script.run().await?))
}

/// Who asks, by a type of the user's own.
struct Asking(String);

impl mcp_runtime::FromCall for Asking {
    fn from_call(call: &std::sync::Arc<Call>) -> Result<Self, ToolError> {
        let caller = call.caller();
        Ok(Self(caller.map_or("nobody".to_owned(), |caller| {
            caller.subject().to_owned()
        })))
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_made_with_a_look_at_the_caller_is_for_nobody_else() {
    let script = Script::new([]);
    let ada = client(tools![mine], &script).await.as_caller(ada());
    let bob = ada.as_caller(Principal::local("bob"));
    assert_eq!(ada.call("mine", json!({})).await.text(), "ada run 1");
    assert_eq!(bob.call("mine", json!({})).await.text(), "bob run 2");
    let (first, second) = tokio::join!(ada.call("mine", json!({})), bob.call("mine", json!({})));
    assert!(first.text().starts_with("ada") && second.text().starts_with("bob"));
    assert_eq!(script.runs(), 4);
}

/// Look something up in the client's own way.
#[tool(read_only, cache = "60s")]
async fn by_client(look: &str, ctx: Context, script: State<Script>) -> Result<String, ToolError> {
    let seen = match look {
        "info" => ctx.client_info().map(|info| info.name).unwrap_or_default(),
        "version" => ctx.protocol_version().to_owned(),
        "can" => ctx.can(Capability::Sampling).to_string(),
        _ => String::new(),
    };
    Ok(format!("{seen} {}", script.run().await?))
}

#[tokio::test(start_paused = true)]
async fn an_answer_made_with_a_look_at_the_client_is_for_nobody_else() {
    let script = Script::new([]);
    let client = client(tools![by_client], &script).await;
    for look in ["info", "version", "can"] {
        let before = script.runs();
        for _ in 0..2 {
            let reply = client.call("by_client", json!({"look": look})).await;
            assert_eq!(cached(&reply), None, "{look}");
        }
        assert_eq!(script.runs(), before + 2, "{look}");
    }
    client.call("by_client", json!({"look": "away"})).await;
    let again = client.call("by_client", json!({"look": "away"})).await;
    assert_eq!(cached(&again), Some("hit"));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_is_a_miss() {
    let script = Script::new([]);
    let store = Foreign::default();
    let away = store.switch();
    let server = Server::new("caching")
        .mount(tools![look])
        .shared_state(script.clone())
        .store(store)
        .state_key(KEY);
    let client = Client::builder(server).connect().await;
    away.set(true);
    for run in 1..=2 {
        let reply = client.call("look", json!({"id": 1})).await;
        assert_eq!(reply.text(), format!("run {run}"));
    }
    let (one, two) = tokio::join!(
        client.call("look", json!({"id": 1})),
        client.call("look", json!({"id": 1}))
    );
    assert_eq!([one.text(), two.text()], ["run 3", "run 3"]);
    away.set(false);
    // A store that was away is left alone for a second.
    advance(SECOND).await;
    client.call("look", json!({"id": 1})).await;
    let hit = client.call("look", json!({"id": 1})).await;
    assert_eq!((hit.text().as_str(), cached(&hit)), ("run 4", Some("hit")));
}
