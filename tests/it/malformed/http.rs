//! The same messages as bodies of HTTP requests, in a session, where a body needs nothing beside it to be a message.

use ::http::Request;
use bytes::Bytes;
use mcp_runtime::prelude::*;
use mcp_runtime::testing::Client;
use serde_json::{Value, json};

use super::Answer::{Each, Error, Nothing, Refusal, Result};
use super::{LINE_BYTES, corpus, is_error, is_result};

/// Add two numbers.
#[tool(read_only)]
async fn add(a: i64, b: i64) -> std::result::Result<i64, ToolError> {
    a.checked_add(b)
        .ok_or_else(|| ToolError::invalid_input("the sum has more than 64 bits"))
}

/// Say something back.
#[tool(read_only, max_in = "16MiB", max_out = "16MiB")]
async fn echo(text: String) -> String {
    text
}

const TOOLS: Toolset = tools![add, echo];

fn server() -> Server {
    Server::new("malformed")
        .mount(TOOLS)
        .max_request_body(LINE_BYTES)
}

/// Sends a body; the status, and the answer where there is one.
async fn post(client: &Client, session: &str, body: Vec<u8>) -> (u16, Option<Value>) {
    let request = Request::post("/mcp")
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2025-11-25")
        .header("mcp-session-id", session);
    let answer = client.raw(request.body(Bytes::from(body)).unwrap()).await;
    let status = answer.status().as_u16();
    let json = |bytes: &[u8]| serde_json::from_slice(bytes).unwrap();
    let body = answer.body();
    let streamed = answer.headers().get("content-type");
    let message = match streamed.map(|it| it.as_bytes()) {
        Some(b"text/event-stream") => body
            .split(|byte| *byte == b'\n')
            .filter_map(|line| line.strip_prefix(b"data:"))
            .map(<[u8]>::trim_ascii)
            .find(|data| !data.is_empty())
            .map(json),
        Some(b"application/json") => Some(json(body)),
        _ => None,
    };
    (status, message)
}

/// The handshake of 2025-11-25; the session's id.
async fn open_session(client: &Client) -> String {
    let initialize = json!({
        "jsonrpc": "2.0", "id": 0, "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25", "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    });
    let request = Request::post("/mcp")
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .body(Bytes::from(initialize.to_string()));
    let answer = client.raw(request.unwrap()).await;
    let session = answer.headers()["mcp-session-id"].to_str().unwrap();
    let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    let (status, _) = post(client, session, initialized.to_string().into()).await;
    assert_eq!(status, 202);
    session.to_owned()
}

async fn every_body_is_answered(client: Client) {
    let session = open_session(&client).await;
    let probe = json!({"jsonrpc": "2.0", "id": "probe", "method": "ping"}).to_string();
    for (what, body, expected) in corpus() {
        let large = body.len() > LINE_BYTES;
        let (status, answer) = post(&client, &session, body).await;
        let told = format!("{what}: {status}");
        let message = || answer.as_ref().unwrap_or_else(|| panic!("{told}"));
        match expected {
            // Of such a body nothing is read, and so no id.
            Error(code, _) if large => {
                assert_eq!(status, 413, "{told}");
                is_error(&told, message(), code, &Value::Null);
            }
            Error(code, id) => {
                // What is no message is a bad request; what is one has its answer.
                let bad = matches!(code, -32700 | -32600);
                assert_eq!(status, if bad { 400 } else { 200 }, "{told}");
                is_error(&told, message(), code, &id);
            }
            // One request of HTTP has one answer.
            Each(code, ids) => {
                assert_eq!(status, 400, "{told}");
                is_error(&told, message(), code, &ids[0]);
            }
            Result(id) => {
                assert_eq!(status, 200, "{told}");
                is_result(&told, message(), &id, false);
            }
            Refusal(id) => {
                assert_eq!(status, 200, "{told}");
                is_result(&told, message(), &id, true);
            }
            Nothing => match &answer {
                None => assert_eq!(status, 202, "{told}"),
                // What is broken is told so: the request waits for some answer.
                Some(answer) => {
                    assert_eq!(status, 400, "{told}");
                    is_error(&told, answer, -32600, &Value::Null);
                }
            },
        }
        let (status, answer) = post(&client, &session, probe.clone().into()).await;
        assert_eq!(status, 200, "after {what}");
        assert_eq!(answer.unwrap()["id"], "probe", "after {what}");
    }
}

#[tokio::test]
async fn every_body_is_answered_with_its_code_and_its_id() {
    every_body_is_answered(Client::builder(server()).http().connect().await).await;
}

#[tokio::test]
async fn every_body_is_answered_like_that_without_the_lane_too() {
    every_body_is_answered(Client::builder(server()).without_lane().connect().await).await;
}
