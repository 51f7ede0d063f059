//! Calls that go on after their request (the Tasks extension).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mcp_runtime::prelude::*;
use mcp_runtime::testing::Client;
use mcp_runtime::{Principal, testing};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::foreign::Foreign;
use crate::shared_store::KEY;

const TOOLS: Toolset = tools![
    add,
    compute,
    required,
    fails,
    panics,
    name,
    names,
    early,
    once_a_minute,
    quick
];

/// Add two numbers.
#[tool(read_only)]
async fn add(a: i64, b: i64) -> i64 {
    a + b
}

/// Counts the runs that began, and those that were dropped.
#[derive(Debug, Default)]
struct Runs {
    begun: AtomicUsize,
    dropped: AtomicUsize,
}

struct Running(Arc<Runs>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.dropped.fetch_add(1, Ordering::SeqCst);
    }
}

/// Compute for a while.
#[tool(read_only, task = "optional", ttl = "5m")]
async fn compute(seconds: u64, ctx: Context, runs: State<Runs>) -> String {
    runs.begun.fetch_add(1, Ordering::SeqCst);
    let _running = Running(Arc::clone(&runs.0));
    for second in 0..seconds {
        ctx.progress(second as f64, seconds as f64).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    format!("computed for {seconds} s")
}

/// Work that nobody waits for.
#[tool(task = "required")]
async fn required() -> &'static str {
    "done"
}

/// Fail, as tools do.
#[tool(task = "optional")]
async fn fails() -> Result<(), ToolError> {
    Err(ToolError::not_found("there is nothing"))
}

/// Fail, as tools must not.
#[tool(task = "optional")]
async fn panics() {
    panic!("a secret")
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Name {
    /// A name.
    name: String,
}

/// Ask for a name.
#[tool(task = "optional")]
async fn name(ctx: Context) -> Result<String, ToolError> {
    let Name { name } = ctx.ask("name", "What is your name?").await?;
    Ok(format!("Hello, {name}!"))
}

/// Ask for two names at once.
#[tool(task = "optional")]
async fn names(ctx: Context) -> Result<String, ToolError> {
    let (one, two) = tokio::join!(
        ctx.ask::<Name>("one", "The one?"),
        ctx.ask::<Name>("two", "The other?")
    );
    Ok(format!("{} and {}", one?.name, two?.name))
}

/// Ask first, and work then.
#[tool(task = "required")]
async fn early(ctx: Context, task: Task) -> Result<String, ToolError> {
    let Name { name } = ctx.ask("name", "What is your name?").await?;
    task.begin().await?;
    task.describe("greeting");
    tokio::time::sleep(Duration::from_secs(1)).await;
    Ok(format!("Hello, {name}!"))
}

/// Once a minute for each caller.
#[tool(task = "optional", rate = "1/min", idempotency = "1h")]
async fn once_a_minute() -> &'static str {
    "now"
}

/// A quick one.
#[tool(task = "optional", timeout = "2s")]
async fn quick() {
    tokio::time::sleep(Duration::from_secs(3)).await;
}

fn server() -> Server {
    Server::new("tasks").mount(TOOLS).state(Runs::default())
}

async fn polling() -> Client {
    Client::builder(server()).polling().connect().await
}

fn ada() -> Principal {
    Principal::new("https://id.example.com", "ada")
}

#[tokio::test(start_paused = true)]
async fn a_task_is_handed_over_at_once_and_its_result_fetched_later() {
    let client = polling().await;
    let begun = Instant::now();
    let call = client.call("compute", json!({"seconds": 20})).await;
    assert_eq!(begun.elapsed(), Duration::ZERO);
    let created = call.result();
    let id = call.task_id();
    assert_eq!(created["status"], "working");
    assert_eq!(created["ttlMs"], 300_000);
    assert_eq!(created["pollIntervalMs"], 1_000);
    assert!(id.len() >= 32, "{id}");
    for key in ["createdAt", "lastUpdatedAt"] {
        let time = created[key].as_str().unwrap();
        assert!(time.ends_with('Z') && time.contains('T'), "{time}");
    }
    for key in ["task", "ttl", "requestState", "result", "content"] {
        assert!(created.get(key).is_none(), "{key}");
    }

    tokio::time::sleep(Duration::from_millis(2_500)).await;
    let working = client.task(id).await;
    assert_eq!(working.status_of_task(), "working");
    assert_eq!(working.result()["statusMessage"], "2 of 20");
    assert_eq!(working.result()["resultType"], "complete");

    let done = client.finished_task(id).await;
    assert_eq!(done.status_of_task(), "completed");
    assert_eq!(done.result_of_task().text(), "computed for 20 s");
    assert!((20..22).contains(&begun.elapsed().as_secs()));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_cannot_poll_waits_or_is_refused() {
    let client = testing::client(server()).await;
    let waited = client.call("compute", json!({"seconds": 3})).await;
    assert_eq!(waited.text(), "computed for 3 s");
    let refused = client.call("required", json!({})).await;
    let error = refused.rpc_error().unwrap();
    assert_eq!(error.code, -32021);
    let required = &error.data["requiredCapabilities"]["extensions"];
    assert!(required["io.modelcontextprotocol/tasks"].is_object());
    for refused in [client.task("1").await, client.cancel_task("1").await] {
        assert_eq!(refused.rpc_error().unwrap().code, -32021);
    }
    // What is no task is answered at once, to whomever.
    let client = polling().await;
    let sum = client.call("add", json!({"a": 1, "b": 2})).await;
    assert_eq!(sum.text(), "3");
}

#[tokio::test(start_paused = true)]
async fn what_no_tool_declares_the_server_does_not_offer() {
    let server = Server::new("plain").mount(tools![add]);
    let client = Client::builder(server).polling().connect().await;
    let discovered = client.request("server/discover", json!({})).await;
    let extensions = &discovered.result()["capabilities"]["extensions"];
    assert_eq!(extensions, &Value::Null);
    assert_eq!(client.task("1").await.rpc_error().unwrap().code, -32601);
    let client = polling().await;
    let discovered = client.request("server/discover", json!({})).await;
    let extensions = &discovered.result()["capabilities"]["extensions"];
    assert!(extensions["io.modelcontextprotocol/tasks"].is_object());
    for gone in ["tasks/list", "tasks/result"] {
        let refused = client.request(gone, json!({"taskId": "1"})).await;
        assert_eq!(refused.rpc_error().unwrap().code, -32601);
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_of_the_tool_is_a_result_and_a_fault_of_the_server_is_none() {
    let client = polling().await;
    let failed = client.call("fails", json!({})).await;
    let failed = client.finished_task(failed.task_id()).await;
    assert_eq!(failed.status_of_task(), "completed");
    assert_eq!(failed.result_of_task().code(), Some("not_found"));

    let panicked = client.call("panics", json!({})).await;
    let panicked = client.finished_task(panicked.task_id()).await;
    assert_eq!(panicked.status_of_task(), "failed");
    let error = &panicked.result()["error"];
    assert_eq!(error["code"], -32603);
    assert!(!error.to_string().contains("secret"), "{error}");
    assert!(panicked.result().get("result").is_none());
}

#[tokio::test(start_paused = true)]
async fn to_anybody_else_a_task_does_not_exist() {
    let ada = Client::builder(server()).polling().caller(ada()).connect();
    let ada = ada.await;
    let others = [
        ada.as_caller(Principal::new("https://id.example.com", "eve")),
        ada.as_caller(Principal::new("https://id.example.com", "ada").tenant("other")),
        ada.anonymous(),
    ];
    let call = ada.call("compute", json!({"seconds": 5})).await;
    let id = call.task_id();
    let unknown = ada.task("no such task").await.rpc_error().unwrap();
    assert_eq!(unknown.code, -32602);
    for other in &others {
        for refused in [
            other.task(id).await,
            other.cancel_task(id).await,
            other.answer_task(id, json!({})).await,
        ] {
            assert_eq!(refused.rpc_error().as_ref(), Some(&unknown));
        }
    }
    let done = ada.finished_task(id).await;
    assert_eq!(done.status_of_task(), "completed", "nobody has stopped it");
    assert_eq!(others[0].task(id).await.rpc_error(), Some(unknown));
}

#[tokio::test(start_paused = true)]
async fn cancelling_drops_the_tools_future_and_is_said_twice_at_no_harm() {
    let runs = Arc::new(Runs::default());
    let server = Server::new("tasks").mount(TOOLS);
    let server = server.shared_state(Arc::clone(&runs));
    let client = Client::builder(server).polling().connect().await;
    let call = client.call("compute", json!({"seconds": 60})).await;
    let id = call.task_id();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(runs.dropped.load(Ordering::SeqCst), 0);
    for _ in 0..2 {
        let acknowledged = client.cancel_task(id).await;
        let acknowledged = acknowledged.result();
        assert_eq!(acknowledged["resultType"], "complete");
        assert!(acknowledged.get("status").is_none());
        assert_eq!(client.finished_task(id).await.status_of_task(), "cancelled");
    }
    assert_eq!(runs.dropped.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_task_outlives_its_request_but_not_its_time() {
    let client = polling().await;
    let call = client.call("compute", json!({"seconds": 1_000})).await;
    let id = call.task_id();
    tokio::time::sleep(Duration::from_secs(299)).await;
    assert_eq!(client.task(id).await.status_of_task(), "working");
    tokio::time::sleep(Duration::from_secs(2)).await;
    let ended = client.task(id).await;
    assert_eq!(ended.result_of_task().code(), Some("timeout"));
    // A result that comes late is kept long enough to be fetched.
    tokio::time::sleep(Duration::from_secs(50)).await;
    assert_eq!(client.task(id).await.status_of_task(), "completed");
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert_eq!(client.task(id).await.rpc_error().unwrap().code, -32602);
}

#[tokio::test(start_paused = true)]
async fn a_declared_timeout_holds_for_the_tasks_run() {
    let client = polling().await;
    let call = client.call("quick", json!({})).await;
    let ended = client.finished_task(call.task_id()).await;
    assert_eq!(ended.result_of_task().code(), Some("timeout"));
}

#[tokio::test(start_paused = true)]
async fn a_question_in_a_task_waits_for_its_answer() {
    let answering = |_: &str, _: &Value| json!({"action": "decline"});
    let client = Client::builder(server()).polling().answering(answering);
    let client = client.connect().await;
    let call = client.call("name", json!({})).await;
    let id = call.task_id();
    tokio::task::yield_now().await;
    let asks = client.task(id).await;
    assert_eq!(asks.status_of_task(), "input_required");
    let question = &asks.result()["inputRequests"]["name"];
    assert_eq!(question["method"], "elicitation/create");
    assert_eq!(question["params"]["message"], "What is your name?");

    // What answers nothing changes nothing.
    for nothing in [
        json!({}),
        json!({"nom": {"action": "accept"}}),
        json!({"name": "Ada"}),
    ] {
        let acknowledged = client.answer_task(id, nothing).await;
        assert_eq!(acknowledged.result()["resultType"], "complete");
        assert_eq!(client.task(id).await.status_of_task(), "input_required");
    }
    let answer = json!({"name": {"action": "accept", "content": {"name": "Ada"}}});
    client.answer_task(id, answer).await.result();
    let done = client.finished_task(id).await;
    assert_eq!(done.result_of_task().text(), "Hello, Ada!");

    let declined = client.call("name", json!({})).await;
    let declined = client.finished_task(declined.task_id()).await;
    assert_eq!(declined.result_of_task().code(), Some("not_confirmed"));
}

#[tokio::test(start_paused = true)]
async fn a_question_that_nobody_answers_ends_with_the_task() {
    // A server that waits for people longer than its tasks are kept.
    let server = server().patience(Duration::from_secs(60 * 60));
    let client = Client::builder(server).polling();
    // It can be asked, and nobody answers.
    let client = client.answering(|_, _| Value::Null).connect().await;
    let call = client.call("name", json!({})).await;
    tokio::time::sleep(Duration::from_secs(599)).await;
    let asks = client.task(call.task_id()).await;
    assert_eq!(asks.status_of_task(), "input_required");
    tokio::time::sleep(Duration::from_secs(2)).await;
    let failed = client.task(call.task_id()).await;
    assert_eq!(failed.status_of_task(), "failed");
}

#[tokio::test(start_paused = true)]
async fn questions_of_one_task_are_answered_one_by_one() {
    let client = Client::builder(server())
        .polling()
        .answering(|_, _| json!({"action": "cancel"}))
        .connect()
        .await;
    let call = client.call("names", json!({})).await;
    let id = call.task_id();
    tokio::task::yield_now().await;
    let named = |name: &str| json!({"action": "accept", "content": {"name": name}});
    client.answer_task(id, json!({"two": named("Bo")})).await;
    let asks = client.task(id).await;
    let open = asks.result()["inputRequests"].as_object().unwrap();
    assert_eq!(open.keys().collect::<Vec<_>>(), ["one"]);
    client.answer_task(id, json!({"one": named("Al")})).await;
    let done = client.finished_task(id).await;
    assert_eq!(done.result_of_task().text(), "Al and Bo");
}

#[tokio::test(start_paused = true)]
async fn a_task_that_asks_what_the_client_cannot_answer_fails() {
    let client = polling().await;
    let call = client.call("name", json!({})).await;
    let failed = client.finished_task(call.task_id()).await;
    assert_eq!(failed.status_of_task(), "failed");
    assert_eq!(failed.result()["error"]["code"], -32021);
}

#[tokio::test(start_paused = true)]
async fn a_tool_may_ask_before_it_becomes_a_task() {
    let named = |_: &str, _: &Value| json!({"action": "accept", "content": {"name": "Ada"}});
    let client = Client::builder(server()).polling().answering(named);
    let client = client.connect().await;
    let first = client.request("tools/call", json!({"name": "early", "arguments": {}}));
    let first = first.await;
    assert_eq!(first.result()["resultType"], "input_required");
    assert!(first.result().get("taskId").is_none());

    let call = client.call("early", json!({})).await;
    assert!(call.result().get("requestState").is_none());
    tokio::task::yield_now().await;
    let working = client.task(call.task_id()).await;
    assert_eq!(working.result()["statusMessage"], "greeting");
    let done = client.finished_task(call.task_id()).await;
    assert_eq!(done.result_of_task().text(), "Hello, Ada!");
}

#[tokio::test(start_paused = true)]
async fn the_policies_of_a_call_hold_once_for_all_of_it() {
    let client = polling().await;
    let keyed = json!({"idempotencyKey": "1"});
    let call = client.call("once_a_minute", &keyed).await;
    let done = client.finished_task(call.task_id()).await;
    assert_eq!(done.result_of_task().text(), "now");
    // Polling costs nothing; a second call does, and is refused before it is a task.
    let refused = client.call("once_a_minute", json!({})).await;
    assert_eq!(refused.code(), Some("rate_limited"));
    let repeated = client.call("once_a_minute", &keyed).await;
    assert_eq!(repeated.text(), "now", "what is known is answered at once");
}

#[tokio::test(start_paused = true)]
async fn a_caller_has_so_many_tasks_and_the_server_has() {
    let server = server().max_tasks(3).max_tasks_per_caller(2);
    let ada = Client::builder(server).polling().caller(ada()).connect();
    let ada = ada.await;
    let bo = ada.as_caller(Principal::new("https://id.example.com", "bo"));
    let cy = ada.as_caller(Principal::new("https://id.example.com", "cy"));
    let minute = json!({"seconds": 60});
    let first = ada.call("compute", &minute).await;
    ada.call("compute", &minute).await.task_id();
    let refused = ada.call("compute", &minute).await;
    assert_eq!(refused.code(), Some("busy"));
    assert_eq!(refused.error_object().unwrap()["retryAfterMs"], 300_000);
    bo.call("compute", &minute).await.task_id();
    let refused = cy.call("compute", &minute).await;
    assert_eq!(refused.code(), Some("busy"));
    assert!(refused.text().contains("the server has 3"), "{refused:?}");

    // A result that is kept has a place too, until its time is over.
    ada.cancel_task(first.task_id()).await;
    ada.finished_task(first.task_id()).await;
    let refused = ada.call("compute", &minute).await;
    assert_eq!(refused.code(), Some("busy"));
    tokio::time::sleep(Duration::from_secs(301)).await;
    ada.call("compute", &minute).await.task_id();
}

#[tokio::test(start_paused = true)]
async fn a_task_that_cannot_be_kept_is_none() {
    let store = Foreign::default();
    let switch = store.switch();
    let server = server().store(store).state_key(KEY);
    let client = Client::builder(server).polling().connect().await;
    switch.set(true);
    let refused = client.call("compute", json!({"seconds": 1})).await;
    assert_eq!(refused.code(), Some("unavailable"));
    switch.set(false);
    let call = client.call("compute", json!({"seconds": 1})).await;
    let done = client.finished_task(call.task_id()).await;
    assert_eq!(done.result_of_task().text(), "computed for 1 s");
}

#[tokio::test(start_paused = true)]
async fn what_a_task_came_to_outlasts_an_outage_of_the_store() {
    let store = Foreign::default();
    let switch = store.switch();
    let server = server().store(store).state_key(KEY);
    let client = Client::builder(server).polling().connect().await;
    let call = client.call("compute", json!({"seconds": 1})).await;
    switch.set(true);
    tokio::time::sleep(Duration::from_secs(5)).await;
    switch.set(false);
    tokio::time::sleep(Duration::from_secs(5)).await;
    let done = client.finished_task(call.task_id());
    let done = tokio::time::timeout(Duration::from_secs(60), done).await;
    let done = done.unwrap();
    assert_eq!(done.result_of_task().text(), "computed for 1 s");
}

#[tokio::test(start_paused = true)]
async fn sessions_of_the_older_revision_poll_too() {
    let named = |_: &str, _: &Value| json!({"action": "accept", "content": {"name": "Ada"}});
    let client = Client::builder(server()).legacy().polling();
    let client = client.answering(named).connect().await;
    let call = client.call("name", json!({})).await;
    let done = client.finished_task(call.task_id()).await;
    assert_eq!(done.result_of_task().text(), "Hello, Ada!");
}

#[tokio::test(start_paused = true)]
async fn over_http_a_task_goes_on_after_its_request() {
    let client = Client::builder(server()).http().polling().connect().await;
    let call = client.call("compute", json!({"seconds": 5})).await;
    let done = client.finished_task(call.task_id()).await;
    assert_eq!(done.result_of_task().text(), "computed for 5 s");
    assert_eq!(client.task("none").await.rpc_error().unwrap().code, -32602);
}

#[tokio::test]
async fn a_tool_that_begins_a_task_must_be_declared_as_one() {
    /// Work.
    #[tool]
    async fn undeclared(task: Task) -> Result<(), ToolError> {
        task.begin().await
    }
    let refused = Server::new("tasks").mount(tools![undeclared]).check();
    let error = refused.unwrap_err().to_string();
    assert!(error.contains("declare `task = \"optional\"`"), "{error}");
}
