//! Clients of every revision that there is, and of some that there are not: the handshake, a list, a call, a refusal and a panic. Over HTTP here,
//! over stdin and stdout in `program::revisions`.

use ::http::{Request, Response};
use bytes::Bytes;
use mcp_runtime::prelude::*;
use mcp_runtime::testing::Client;
use serde_json::{Value, json};

/// What a client asks for in its handshake, and the revision that the session is held in.
pub(crate) const HANDSHAKES: [(&str, &str); 8] = [
    ("2024-11-05", "2024-11-05"),
    ("2025-03-26", "2025-03-26"),
    ("2025-06-18", "2025-06-18"),
    ("2025-11-25", "2025-11-25"),
    // There the handshake is no more: who begins with one is offered the last revision that has it.
    ("2026-07-28", "2025-11-25"),
    ("1999-01-01", "2025-11-25"),
    ("2099-01-01", "2025-11-25"),
    ("the newest", "2025-11-25"),
];

/// Revisions that no request can be of.
pub(crate) const UNKNOWN: [&str; 3] = ["2099-01-01", "1999-01-01", "the newest"];

pub(crate) fn initialize(revision: &str) -> Value {
    json!({
        "protocolVersion": revision,
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    })
}

/// Params of a request as 2026-07-28 has them, of this revision.
pub(crate) fn stating(revision: &str, mut params: Value) -> Value {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": revision,
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    params
}

/// What a session is for, asked through `ask`, which takes a method and its params and gives the answer.
pub(crate) async fn holds(revision: &str, mut ask: impl AsyncFnMut(&str, Value) -> Value) {
    let listed = ask("tools/list", json!({})).await;
    let tools = listed["result"]["tools"].as_array();
    let tools = tools.unwrap_or_else(|| panic!("{revision}: {listed}"));
    assert_eq!(tools[0]["name"], "add", "{revision}");
    assert_eq!(tools[0]["inputSchema"]["type"], "object", "{revision}");

    let mut call = async |tool: &str, arguments: Value| {
        let params = json!({"name": tool, "arguments": arguments});
        let answer = ask("tools/call", params).await;
        let result = &answer["result"];
        let text = result["content"][0]["text"].as_str();
        let text = text.unwrap_or_else(|| panic!("{revision}: {answer}"));
        // A word of the newest revision, which the others do not know.
        assert_eq!(result.get("resultType"), None, "{revision}: {answer}");
        (result["isError"] == true, text.to_owned())
    };
    let three = (false, "3".to_owned());
    assert_eq!(call("add", json!({"a": 1, "b": 2})).await, three);
    let (refused, why) = call("add", json!({"a": 1, "b": "two"})).await;
    assert!(refused && why.contains("b: "), "{revision}: {why}");
    let (panicked, why) = call("boom", json!({})).await;
    assert!(panicked && !why.contains("secret"), "{revision}: {why}");
    assert_eq!(call("add", json!({"a": 1, "b": 2})).await, three);

    let unknown = ask("tools/call", json!({"name": "nope"})).await;
    assert_eq!(unknown["error"]["code"], -32602, "{revision}: {unknown}");
    let unknown = ask("tools/drop", json!({})).await;
    assert_eq!(unknown["error"]["code"], -32601, "{revision}: {unknown}");
}

/// Whether a request of a revision that is not there was told which ones are.
pub(crate) fn tells_what_is_supported(requested: &str, answer: &Value) {
    let error = &answer["error"];
    assert_eq!(error["code"], -32022, "{requested}: {answer}");
    assert_eq!(error["data"]["requested"], requested, "{answer}");
    let supported = error["data"]["supported"].as_array().unwrap();
    assert!(supported.contains(&json!("2026-07-28")), "{answer}");
    assert!(!supported.contains(&json!(requested)), "{answer}");
}

/// Add two numbers.
#[tool(read_only)]
async fn add(a: i64, b: i64) -> i64 {
    a + b
}

/// Panic.
#[tool(read_only)]
async fn boom() -> i64 {
    panic!("the secret")
}

const TOOLS: Toolset = tools![add, boom];

async fn client() -> Client {
    let server = Server::new("revisions").mount(TOOLS);
    Client::builder(server).http().connect().await
}

async fn post(client: &Client, headers: &[(&str, &str)], message: &Value) -> Response<Bytes> {
    let mut request = Request::post("/mcp")
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = Bytes::from(message.to_string());
    client.raw(request.body(body).unwrap()).await
}

/// The one message of an answer, which may stand in a stream.
fn message(answer: &Response<Bytes>) -> Value {
    let body = str::from_utf8(answer.body()).unwrap();
    let data = body.lines().filter_map(|line| line.strip_prefix("data:"));
    let data = data.map(str::trim).find(|data| !data.is_empty());
    serde_json::from_str(data.unwrap_or(body))
        .unwrap_or_else(|_| panic!("no message: {} {body}", answer.status()))
}

#[tokio::test]
async fn every_revision_has_its_session_over_http() {
    let client = client().await;
    for (asked, revision) in HANDSHAKES {
        let request =
            json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": initialize(asked)});
        let answer = post(&client, &[], &request).await;
        let agreed = &message(&answer)["result"]["protocolVersion"];
        assert_eq!(agreed, revision, "{asked}");
        let session = answer.headers()["mcp-session-id"].to_str().unwrap();
        let session = ("mcp-session-id", session);
        // The header came with 2025-06-18.
        let stated = [session, ("mcp-protocol-version", revision)];
        let headers = if revision < "2025-06-18" {
            &stated[..1]
        } else {
            &stated[..]
        };
        let begun = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        assert_eq!(post(&client, headers, &begun).await.status(), 202);
        let mut id = 0;
        holds(asked, async |method, params| {
            id += 1;
            let request = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
            let answer = post(&client, headers, &request).await;
            assert_eq!(answer.status(), 200, "{asked}: {method}");
            let answer = message(&answer);
            assert_eq!(answer["id"], id, "{asked}: {method}");
            answer
        })
        .await;
    }
}

#[tokio::test]
async fn a_request_of_an_unknown_revision_is_told_which_there_are_over_http() {
    let client = client().await;
    for revision in UNKNOWN {
        let params = stating(
            revision,
            json!({"name": "add", "arguments": {"a": 1, "b": 2}}),
        );
        let request =
            json!({"jsonrpc": "2.0", "id": "v", "method": "tools/call", "params": params});
        let headers = [
            ("mcp-protocol-version", revision),
            ("mcp-method", "tools/call"),
            ("mcp-name", "add"),
        ];
        let answer = post(&client, &headers, &request).await;
        assert_eq!(answer.status(), 400, "{revision}");
        let answer = message(&answer);
        assert_eq!(answer["id"], "v", "{answer}");
        tells_what_is_supported(revision, &answer);
    }
}
