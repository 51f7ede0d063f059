//! Requests, good and bad.

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use mcp_runtime::testing::Client;
use serde_json::{Value, json};

/// A request, with a name for when it fails.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) name: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Case {
    pub(super) fn new(name: &str, headers: &[(&'static str, &str)], message: &Value) -> Self {
        let base = [
            ("host", "localhost"),
            ("content-type", "application/json"),
            ("accept", "application/json, text/event-stream"),
        ];
        let headers = base.iter().chain(headers);
        Self {
            name: name.to_owned(),
            headers: headers
                .map(|(name, value)| (*name, (*value).to_owned()))
                .collect(),
            body: message.to_string(),
        }
    }

    /// A call as clients of 2026-07-28 send it.
    pub(super) fn current(tool: &str, arguments: &Value) -> Self {
        let headers = [
            ("mcp-protocol-version", "2026-07-28"),
            ("mcp-method", "tools/call"),
            ("mcp-name", tool),
        ];
        Self::new(
            &format!("{tool} {arguments}"),
            &headers,
            &call(tool, arguments, &meta()),
        )
    }

    /// A call as clients of 2025-11-25 send it.
    pub(super) fn legacy(tool: &str, arguments: &Value, session: &str) -> Self {
        let headers = [
            ("mcp-protocol-version", "2025-11-25"),
            ("mcp-session-id", session),
        ];
        Self::new(
            &format!("{tool} {arguments}"),
            &headers,
            &call(tool, arguments, &json!({})),
        )
    }

    /// A request for a page of the tools.
    pub(super) fn list(params: &Value) -> Self {
        let headers = [
            ("mcp-protocol-version", "2026-07-28"),
            ("mcp-method", "tools/list"),
        ];
        let mut message = call("", &json!({}), &meta());
        message["method"] = json!("tools/list");
        message["params"] = params.clone();
        message["params"]["_meta"] = meta();
        Self::new(&format!("list {params}"), &headers, &message)
    }

    pub(super) fn named(mut self, name: &str) -> Self {
        self.name = format!("{}: {name}", self.name);
        self
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(header, _)| *header != name);
        self.named(&format!("without {name}"))
    }

    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self.named(&format!("with {name}: {value}"))
    }

    pub(super) fn set(self, name: &'static str, value: &str) -> Self {
        self.without(name).with(name, value)
    }

    pub(super) fn body(mut self, body: impl Into<String>) -> Self {
        self.body = body.into();
        let body: String = self.body.chars().take(200).collect();
        self.named(&format!("of {body}"))
    }

    pub(super) fn change(self, change: impl FnOnce(&mut Value)) -> Self {
        let mut message: Value = serde_json::from_str(&self.body).unwrap();
        change(&mut message);
        self.body(message.to_string())
    }

    pub(super) async fn send(&self, client: &Client) -> Response<Bytes> {
        let mut request = Request::post("/mcp");
        for (name, value) in &self.headers {
            request = request.header(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        client.raw(request.body(self.body.clone()).unwrap()).await
    }
}

fn call(tool: &str, arguments: &Value, meta: &Value) -> Value {
    json!({
        "jsonrpc": "2.0", "id": 7, "method": "tools/call",
        "params": {"name": tool, "arguments": arguments, "_meta": meta},
    })
}

fn meta() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {"elicitation": {}},
    })
}

/// Every tool, called well and badly.
pub(super) fn calls() -> Vec<(&'static str, Value)> {
    vec![
        ("add", json!({"a": 1, "b": 2})),
        ("add", json!({"a": 9_007_199_254_740_993_i64, "b": -1})),
        ("add", json!({"a": 1})),
        ("add", json!({"a": 1, "b": 2, "c": 3})),
        ("add", json!({"a": "1", "b": null})),
        ("add", json!({"a": 1.0, "b": 2})),
        ("refuse", json!({})),
        ("refuse", json!({"x": 1})),
        ("sum", json!({"of": [1, 2, 3]})),
        ("sum", json!({"of": [1, "2"]})),
        ("gallery", json!({})),
        ("hidden", json!({})),
        ("whoami", json!({})),
        ("forget", json!({"what": "it"})),
        ("mirrored", json!({"region": "eu"})),
        ("steps", json!({})),
        ("client", json!({})),
        ("later", json!({})),
        ("nothing", json!({})),
        ("", json!({})),
        ("a b", json!({})),
    ]
}

/// Bodies that differ from a good call in one thing. The first lines are those of every revision.
pub(super) fn bodies(case: &Case) -> Vec<Case> {
    let text = |from: &str, to: &str| {
        let body = case.body.replacen(from, to, 1);
        assert_ne!(body, case.body, "{from}");
        case.clone().body(body)
    };
    let change = |change: fn(&mut Value)| case.clone().change(change);
    let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    let deep = nested(200);
    vec![
        change(|m| m["id"] = json!("seven")),
        change(|m| m["id"] = json!("")),
        change(|m| m["id"] = json!(0)),
        change(|m| m["id"] = json!(-3)),
        change(|m| m["id"] = json!(i64::MAX)),
        change(|m| m["id"] = json!(u64::MAX)),
        change(|m| m["id"] = json!(1.0)),
        change(|m| m["id"] = json!(1.5)),
        change(|m| m["id"] = json!(null)),
        change(|m| m["id"] = json!([1])),
        change(|m| drop(m.as_object_mut().unwrap().remove("id"))),
        change(|m| m["jsonrpc"] = json!("1.0")),
        change(|m| drop(m.as_object_mut().unwrap().remove("jsonrpc"))),
        change(|m| m["method"] = json!("tools/kall")),
        change(|m| m["method"] = json!(1)),
        change(|m| m["result"] = json!({})),
        change(|m| m["error"] = json!({"code": 1, "message": "no"})),
        change(|m| m["extra"] = json!(true)),
        change(|m| drop(m.as_object_mut().unwrap().remove("params"))),
        change(|m| m["params"] = json!([])),
        change(|m| m["params"] = json!(null)),
        change(|m| m["params"] = json!(["add", {"a": 1, "b": 2}, m["params"]["_meta"]])),
        change(|m| *m = json!([m["jsonrpc"], m["id"], m["method"], m["params"]])),
        change(|m| m["params"]["extra"] = json!(1)),
        change(|m| m["params"]["task"] = json!({"ttl": 1000})),
        change(|m| m["params"]["arguments"] = json!(null)),
        change(|m| m["params"]["arguments"] = json!([1, 2])),
        change(|m| m["params"]["arguments"] = json!("a")),
        change(|m| drop(m["params"].as_object_mut().unwrap().remove("arguments"))),
        change(|m| m["params"]["name"] = json!(1)),
        change(|m| drop(m["params"].as_object_mut().unwrap().remove("name"))),
        change(|m| m["params"]["requestState"] = json!("x")),
        change(|m| m["params"]["requestState"] = json!(null)),
        change(|m| m["params"]["inputResponses"] = json!({})),
        change(|m| m["params"]["_meta"]["progressToken"] = json!(1)),
        change(|m| m["params"]["_meta"]["progressToken"] = json!("p")),
        change(|m| m["params"]["_meta"]["org.example/x"] = json!({"deep": [1, {}]})),
        change(|m| {
            m["params"]["_meta"]["traceparent"] =
                json!("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        }),
        change(|m| m["params"]["_meta"]["traceparent"] = json!(1)),
        change(|m| m["params"]["_meta"]["io.modelcontextprotocol/logLevel"] = json!("debug")),
        change(|m| m["params"]["_meta"] = json!(1)),
        change(|m| m["params"]["_meta"] = json!(null)),
        text("\"a\":1", "\"a\":1e999"),
        text("\"a\":1", "\"a\":-0"),
        text("\"a\":1", "\"a\":99999999999999999999"),
        text("\"a\":1", "\"a\":\"\\ud800\""),
        text("\"a\":1", "\"a\":5,\"a\":1"),
        text("\"a\":1", &format!("\"a\":{deep}")),
        text(
            "\"jsonrpc\":\"2.0\"",
            "\"jsonrpc\":\"2.0\",\"jsonrpc\":\"2.0\"",
        ),
        text("\"id\":7", "\"id\":7,\"id\":8"),
        text("\"method\"", "\"m\\u0065thod\""),
        text("tools/call", "tools\\/call"),
        text(
            "\"_meta\":{",
            &format!("\"_meta\":{{\"x\":{},", nested(124)),
        ),
        text(
            "\"_meta\":{",
            &format!("\"_meta\":{{\"x\":{},", nested(125)),
        ),
        text(
            "\"_meta\":{",
            &format!(
                "\"_meta\":{{\"io.modelcontextprotocol/clientCapabilities\":{{\"experimental\":{{\"x\":{{\"y\":{}}}}}}},",
                nested(122)
            ),
        ),
        change(|m| {
            m["params"]["_meta"] =
                json!({"io.modelcontextprotocol/clientInfo": {"name": "n", "version": "1"}});
        }),
        change(|m| {
            m["params"]["_meta"] = json!({"io.modelcontextprotocol/clientCapabilities": {}});
        }),
        text("\"_meta\":{", "\"_meta\":{\"x\":1e999,"),
        text("\"_meta\":{", "\"_meta\":{\"x\":\"\\ud800\","),
        text("\"_meta\":{", "\"_meta\":{},\"_meta\":{"),
        case.clone().body(format!(" \r\n{}\n", case.body)),
        case.clone().body(format!("\u{feff}{}", case.body)),
        case.clone().body(format!("[{}]", case.body)),
        case.clone().body(format!("{}{}", case.body, case.body)),
        case.clone().body(&case.body[..case.body.len() - 1]),
        case.clone().body(""),
        case.clone().body("null"),
        case.clone().body("{}"),
    ]
}

/// Heads that differ from a good call's in one thing.
pub(super) fn heads(case: &Case) -> Vec<Case> {
    let case = || case.clone();
    vec![
        case().without("accept"),
        case().set("accept", "application/json"),
        case().set("accept", "text/event-stream"),
        case().set("accept", "*/*"),
        case().set("accept", "Text/Event-Stream,APPLICATION/JSON"),
        case().set("accept", "application/json;q=0.5, text/event-stream;q=0.1"),
        case().set("accept", "application/json;q=0, text/event-stream"),
        case()
            .set("accept", "application/json")
            .with("accept", "text/event-stream"),
        case().without("content-type"),
        case().set("content-type", "text/plain"),
        case().set("content-type", "application/json; charset=utf-8"),
        case()
            .set("content-type", "application/json")
            .with("content-type", "text/plain"),
        case().without("mcp-protocol-version"),
        case().set("mcp-protocol-version", "2025-11-25"),
        case().set("mcp-protocol-version", "2026-07-28"),
        case().set("mcp-protocol-version", "2024-11-05"),
        case().set("mcp-protocol-version", "2099-01-01"),
        case().set("mcp-protocol-version", "1999-01-01"),
        case().set("mcp-protocol-version", ""),
        case().with("mcp-protocol-version", "2025-11-25"),
        case().with("mcp-protocol-version", "2026-07-28"),
        case().without("mcp-method"),
        case().set("mcp-method", "tools/list"),
        case().set("mcp-method", "Tools/Call"),
        case().set("mcp-method", "\u{e9}"),
        case().with("mcp-method", "tools/call"),
        case().without("mcp-name"),
        case().set("mcp-name", "sum"),
        case().set("mcp-name", "ADD"),
        case().set("mcp-name", "=?base64?YWRk?="),
        case().set("mcp-name", "=?base64?!?="),
        case().set("mcp-name", "=?base64?c3Vt?="),
        case().with("mcp-name", "add"),
        case().with("mcp-param-region", "eu"),
        case().with("mcp-session-id", "no-such-session"),
        case().set("host", "evil.example.com"),
        case().without("host"),
        case().with("origin", "http://evil.example.com"),
        case().with("origin", "http://localhost"),
        case().with("last-event-id", "1"),
        case().with(
            "traceparent",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ),
    ]
}
