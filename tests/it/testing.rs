//! The test client itself: it must not make a broken server look whole.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use mcp_runtime::prelude::*;
use mcp_runtime::testing::{self, Client};
use mcp_runtime::{LogLevel, Principal};
use serde_json::{Value, json};
use tokio::sync::Notify;

/// Add two numbers.
#[tool(read_only)]
async fn add(a: i64, b: i64) -> i64 {
    a + b
}

/// Say who calls.
#[tool(read_only)]
async fn whoami(caller: Option<Caller>) -> String {
    caller.map_or_else(|| "nobody".to_owned(), |caller| caller.subject().to_owned())
}

/// Work in three steps.
#[tool]
async fn steps(ctx: Context) -> &'static str {
    for step in 1..=3 {
        ctx.progress(f64::from(step), 3.0).await;
    }
    ctx.log(LogLevel::Info, "done").await;
    "done"
}

/// Greet.
#[tool(read_only)]
async fn greet(
    #[arg(header = "Name")] name: String,
    #[arg(header = "Times")] times: Option<u8>,
) -> String {
    format!("{name} {}", times.unwrap_or(1))
}

/// Tells the test that a call's future is gone.
struct Gone(Arc<Notify>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

#[derive(Default)]
struct Signals {
    started: Notify,
    gone: Arc<Notify>,
}

/// Wait for ever.
#[tool]
async fn hang(signals: State<Signals>) {
    let _gone = Gone(Arc::clone(&signals.gone));
    signals.started.notify_one();
    pending::<()>().await;
}

fn server() -> Server {
    Server::new("tested").mount(tools![add, whoami, steps])
}

#[tokio::test]
async fn a_call_answers() {
    let client = testing::client(server()).await;
    let reply = client.call("add", json!({"a": 1, "b": 2})).await;
    assert_eq!(reply.text(), "3");
    assert!(!reply.is_error());
}

#[tokio::test]
async fn a_legacy_client_shakes_hands_first() {
    let client = Client::builder(server()).legacy().connect().await;
    let greeting = client.greeting().unwrap();
    assert_eq!(greeting["protocolVersion"], "2025-11-25");
    assert_eq!(greeting["serverInfo"]["name"], "tested");
    assert_eq!(
        client.call("add", json!({"a": 1, "b": 2})).await.text(),
        "3"
    );
}

#[tokio::test]
async fn the_caller_is_whom_the_test_says() {
    let local = Server::local_principal(server(), Principal::local("me"));
    let client = testing::client(local).await;
    assert_eq!(client.call("whoami", json!({})).await.text(), "me");
    let ada = client.as_caller(Principal::new("https://id.example.com", "ada"));
    assert_eq!(ada.call("whoami", json!({})).await.text(), "ada");
    let nobody = client.anonymous();
    assert_eq!(nobody.call("whoami", json!({})).await.text(), "nobody");
}

#[tokio::test]
async fn notifications_belong_to_their_call() {
    let client = testing::client(server()).await;
    let (watched, other) = tokio::join!(
        client.call("steps", json!({})),
        client.call("add", json!({"a": 1, "b": 2}))
    );
    let done: Vec<_> = watched.progress().iter().map(|p| &p["progress"]).collect();
    assert_eq!(done, [1.0, 2.0, 3.0]);
    assert!(other.progress().is_empty());
}

#[tokio::test]
async fn a_call_can_be_watched_while_it_runs() {
    let client = testing::client(server()).await;
    let mut steps = client.start("steps", json!({})).await;
    let first = steps.notification().await.unwrap();
    assert_eq!(first["params"]["progress"], 1.0);
    let reply = steps.await;
    assert_eq!(reply.progress().len(), 3);
    assert_eq!(reply.text(), "done");
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_is_cancelled() {
    let signals = Arc::new(Signals::default());
    let server = Server::new("tested")
        .shared_state(Arc::clone(&signals))
        .mount(tools![hang]);
    let client = testing::client(server).await;
    let call = client.start("hang", json!({})).await;
    signals.started.notified().await;
    call.cancel();
    signals.gone.notified().await;

    let patience = Duration::from_secs(1);
    let call = tokio::time::timeout(patience, client.call("hang", json!({})));
    assert!(call.await.is_err());
    signals.gone.notified().await;
}

#[tokio::test]
async fn a_server_that_does_not_start_says_why() {
    let server = Server::new("tested").mount(tools![hang]);
    let error = Client::builder(server).try_connect().await.unwrap_err();
    assert!(error.to_string().contains("State<"), "{error}");
}

#[tokio::test]
#[should_panic(expected = "the server does not start: tool `hang` takes `signals: State<")]
async fn connecting_to_a_server_that_does_not_start_panics_with_its_text() {
    let _ = testing::client(Server::new("tested").mount(tools![hang])).await;
}

#[tokio::test]
#[should_panic(expected = "Unknown tool: sub")]
async fn reading_a_result_that_is_not_there_shows_the_answer() {
    let reply = testing::client(server()).await.call("sub", json!({})).await;
    assert!(reply.is_error());
    let _ = reply.text();
}

#[tokio::test]
async fn any_request_can_be_sent() {
    let client = testing::client(server()).await;
    let reply = client.request("server/discover", json!({})).await;
    let versions = reply.result()["supportedVersions"].as_array().unwrap();
    assert!(versions.contains(&json!("2026-07-28")));
    let reply = client.request("no/such/method", json!({})).await;
    assert_eq!(reply.rpc_error().unwrap().code, -32601);
}

#[tokio::test]
async fn many_calls_run_side_by_side() {
    let client = testing::client(server()).await;
    let mut calls = Vec::new();
    for n in 0..100 {
        calls.push(client.start("add", json!({"a": n, "b": n})).await);
    }
    for (n, call) in calls.into_iter().enumerate() {
        assert_eq!(call.await.text(), (2 * n).to_string());
    }
}

#[tokio::test]
async fn log_messages_come_at_the_level_the_client_asks_for() {
    for legacy in [false, true] {
        let log_of = async |level: Option<LogLevel>| -> Vec<Value> {
            let builder = Client::builder(server()).log_level(level);
            let builder = if legacy { builder.legacy() } else { builder };
            let reply = builder.connect().await.call("steps", json!({})).await;
            reply.logs().into_iter().cloned().collect()
        };
        let logged = log_of(Some(LogLevel::Info)).await;
        assert_eq!(logged.len(), 1, "legacy: {legacy}");
        assert_eq!(logged[0]["level"], "info");
        assert_eq!(logged[0]["data"], "done");
        assert!(log_of(Some(LogLevel::Error)).await.is_empty());
    }
}

#[tokio::test]
async fn over_http_the_client_mirrors_what_a_tool_wants_in_headers() {
    let server = Server::new("tested").mount(tools![greet]);
    let client = Client::builder(server).http().connect().await;
    for name in ["Ada", "Ádám", " ", "", "=?base64?", "a\nb"] {
        let reply = client
            .call("greet", json!({"name": name, "times": 2}))
            .await;
        assert_eq!(reply.text(), format!("{name} 2"));
    }
    let reply = client.call("greet", json!({"name": "Ada"})).await;
    assert_eq!(reply.text(), "Ada 1");
}

#[tokio::test]
#[should_panic(expected = "speaks no HTTP")]
async fn only_a_client_that_speaks_http_sends_its_requests() {
    let client = testing::client(server()).await;
    let _ = client
        .raw(http::Request::get("/healthz").body("").unwrap())
        .await;
}

/// Delete a file.
#[tool(confirm = "Delete {path}?")]
async fn delete(path: String) -> String {
    format!("{path} is gone")
}

#[tokio::test]
async fn what_the_server_asks_is_answered_in_both_eras_and_on_both_transports() {
    for (legacy, http, sure) in (0..8).map(|n| (n & 1 == 0, n & 2 == 0, n & 4 == 0)) {
        let server = Server::new("tested").mount(tools![delete]);
        let answer = move |method: &str, params: &Value| {
            assert_eq!(method, "elicitation/create");
            assert_eq!(params["message"], "Delete “a.txt”?");
            json!({"action": "accept", "content": {"confirm": sure}})
        };
        let builder = Client::builder(server).answering(answer);
        let builder = if legacy { builder.legacy() } else { builder };
        let builder = if http { builder.http() } else { builder };
        let client = builder.connect().await;
        let reply = client.call("delete", json!({"path": "a.txt"})).await;
        match sure {
            true => assert_eq!(
                reply.text(),
                "a.txt is gone",
                "legacy: {legacy}, http: {http}"
            ),
            false => assert_eq!(reply.code(), Some("not_confirmed"), "{reply:?}"),
        }
    }
}

#[tokio::test]
async fn a_client_that_answers_nothing_says_so() {
    for legacy in [false, true] {
        let builder = Client::builder(Server::new("tested").mount(tools![delete]));
        let builder = if legacy { builder.legacy() } else { builder };
        let client = builder.connect().await;
        let reply = client.call("delete", json!({"path": "a.txt"})).await;
        assert!(reply.is_error(), "{reply:?}");
    }
}
