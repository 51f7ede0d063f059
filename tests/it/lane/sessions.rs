//! Plain calls in sessions of 2025-11-25: what ends them, and what does not.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use mcp_runtime::prelude::*;
use mcp_runtime::testing::Client;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::cases::Case;
use super::server;

/// The handshake of 2025-11-25; the session's id.
pub(super) async fn open_session(client: &Client) -> String {
    open_session_with(client, &json!({})).await
}

/// The same for a client that has something to declare.
async fn open_session_with(client: &Client, capabilities: &Value) -> String {
    let initialize = json!({
        "jsonrpc": "2.0", "id": 0, "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25", "capabilities": capabilities,
            "clientInfo": {"name": "test", "version": "1"},
        },
    });
    let answer = Case::new("initialize", &[], &initialize).send(client).await;
    let session = answer.headers()["mcp-session-id"]
        .to_str()
        .unwrap()
        .to_owned();
    let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    let headers = [("mcp-session-id", &*session)];
    let answer = Case::new("initialized", &headers, &initialized)
        .send(client)
        .await;
    assert_eq!(answer.status(), 202);
    session
}

#[tokio::test]
async fn in_a_session_plain_calls_are_answered_without_a_stream() {
    let client = Client::builder(server()).http().connect().await;
    let session = open_session(&client).await;
    let answer = Case::legacy("add", &json!({"a": 1, "b": 2}), &session)
        .send(&client)
        .await;
    assert_eq!(answer.headers()["content-type"], "application/json");
    let answer = Case::legacy("steps", &json!({}), &session)
        .send(&client)
        .await;
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
}

#[tokio::test]
async fn in_a_session_a_client_that_polls_gets_a_task() {
    let client = Client::builder(server()).http().connect().await;
    let polls = json!({"extensions": {"io.modelcontextprotocol/tasks": {}}});
    let session = open_session_with(&client, &polls).await;
    let case = Case::legacy("later", &json!({}), &session);
    assert_a_task(case.send(&client).await);
}

#[tokio::test]
async fn in_a_session_a_request_may_say_more_of_its_client_than_the_handshake_did() {
    let client = Client::builder(server()).http().connect().await;
    let session = open_session(&client).await;
    let case = Case::legacy("later", &json!({}), &session).change(|message| {
        message["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"] =
            json!({"extensions": {"io.modelcontextprotocol/tasks": {}}});
    });
    assert_a_task(case.send(&client).await);
}

fn assert_a_task(answer: Response<Bytes>) {
    assert_eq!(answer.status(), 200);
    let text = String::from_utf8_lossy(answer.body());
    assert!(text.contains("taskId"), "{text}");
}

/// What a waiting tool and its test tell each other.
#[derive(Default)]
struct Signals {
    started: Notify,
    finish: Notify,
    finished: Notify,
    dropped: Arc<Notify>,
}

struct OnDrop(Arc<Notify>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

/// Wait until the test says so.
#[tool(read_only, auth = "none", timeout = "1h")]
async fn wait(signals: State<Signals>) -> &'static str {
    let _dropped = OnDrop(Arc::clone(&signals.dropped));
    signals.started.notify_one();
    signals.finish.notified().await;
    signals.finished.notify_one();
    "waited"
}

/// A session with a call in the lane that waits.
async fn waiting() -> (Client, String, Arc<Signals>, JoinHandle<Response<Bytes>>) {
    let signals = Arc::new(Signals::default());
    let server = server().shared_state(Arc::clone(&signals));
    let server = server.mount(tools![wait]);
    let client = Client::builder(server).http().connect().await;
    let session = open_session(&client).await;
    let case = Case::legacy("wait", &json!({}), &session);
    let call = tokio::spawn({
        let client = client.clone();
        async move { case.send(&client).await }
    });
    signals.started.notified().await;
    (client, session, signals, call)
}

#[tokio::test]
async fn in_a_session_a_call_goes_on_where_its_client_went_away() {
    let (_client, _, signals, call) = waiting().await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    signals.finish.notify_one();
    signals.finished.notified().await;
}

#[tokio::test]
async fn in_a_session_a_notification_cancels_a_call() {
    let (client, session, signals, call) = waiting().await;
    let cancelled = json!({
        "jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7},
    });
    let headers = [("mcp-session-id", &*session)];
    Case::new("cancelled", &headers, &cancelled)
        .send(&client)
        .await;
    signals.dropped.notified().await;
    // A cancelled request has no answer, so there is an end and nothing before it.
    let answer = call.await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    assert_eq!(answer.body().len(), 0);
}

#[tokio::test]
async fn a_session_that_is_closed_takes_its_calls_along() {
    let (client, session, signals, call) = waiting().await;
    let close = Request::delete("/mcp")
        .header("host", "localhost")
        .header("mcp-session-id", &session);
    assert!(
        client
            .raw(close.body("").unwrap())
            .await
            .status()
            .is_success()
    );
    signals.dropped.notified().await;
    call.await.unwrap();
    let answer = Case::legacy("add", &json!({"a": 1, "b": 2}), &session)
        .send(&client)
        .await;
    assert_eq!(answer.status(), 404);
}

#[tokio::test]
async fn two_calls_of_a_session_with_one_id_are_left_to_the_protocol() {
    let (client, session, signals, call) = waiting().await;
    let answer = Case::legacy("add", &json!({"a": 1, "b": 2}), &session)
        .send(&client)
        .await;
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    signals.finish.notify_one();
    assert_eq!(
        call.await.unwrap().headers()["content-type"],
        "application/json"
    );
}

#[tokio::test(start_paused = true)]
async fn a_session_with_nothing_but_plain_calls_does_not_end_for_idleness() {
    let client = Client::builder(server()).http().connect().await;
    let session = open_session(&client).await;
    let good = Case::legacy("add", &json!({"a": 1, "b": 2}), &session);
    for _ in 0..20 {
        tokio::time::advance(Duration::from_secs(5 * 60)).await;
        assert_eq!(good.send(&client).await.status(), 200);
    }
    tokio::time::sleep(Duration::from_secs(31 * 60)).await;
    assert_eq!(good.send(&client).await.status(), 404);
}
