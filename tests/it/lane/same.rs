//! The same requests, good and bad, through the lane and through rmcp's own service.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response};
use mcp_runtime::Principal;
use mcp_runtime::testing::Client;
use serde_json::{Value, json};

use super::cases::{Case, bodies, calls, heads};
use super::sessions::open_session;
use super::{both, server};

/// What must be equal: the status, the headers that say something, and the answer.
#[derive(Debug, PartialEq)]
struct Seen {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl Seen {
    fn of(answer: Response<Bytes>) -> Self {
        let (head, body) = answer.into_parts();
        Self {
            status: head.status.as_u16(),
            headers: head.headers,
            body,
        }
    }

    /// The answer in a session. It may stand in a stream by itself, which says nothing more.
    fn in_session(answer: Response<Bytes>) -> (u16, Vec<Value>, Option<Bytes>) {
        let status = answer.status().as_u16();
        let content_type = answer.headers().get("content-type").cloned();
        let text = String::from_utf8_lossy(answer.body()).into_owned();
        match content_type.as_ref().map(HeaderValue::as_bytes) {
            Some(b"text/event-stream") => {
                let data = text.lines().filter_map(|line| line.strip_prefix("data:"));
                let messages = data.filter_map(|data| serde_json::from_str(data.trim()).ok());
                (status, messages.collect(), None)
            }
            Some(b"application/json") => (status, vec![serde_json::from_str(&text).unwrap()], None),
            _ => (status, Vec::new(), Some(answer.into_body())),
        }
    }
}

/// The answer without what differs for a reason: a sealed state is another one each time, and what a tool's struct writes stands as written
/// in the lane, and sorted behind rmcp's model.
fn comparable(seen: Seen) -> Seen {
    let Ok(mut body) = serde_json::from_slice::<Value>(&seen.body) else {
        return seen;
    };
    let result = &mut body["result"];
    if let Some(state) = result.get_mut("requestState") {
        *state = json!("sealed");
    } else if result.get("structuredContent").is_none() {
        return seen;
    }
    let mut headers = seen.headers;
    headers.remove(http::header::CONTENT_LENGTH);
    Seen {
        body: body.to_string().into(),
        headers,
        ..seen
    }
}

#[tokio::test]
async fn under_2026_07_28_every_request_has_the_same_answer_byte_by_byte() {
    let [lane, rmcp] = both().await;
    let good = Case::current("add", &json!({"a": 1, "b": 2}));
    let mut cases: Vec<Case> = calls()
        .iter()
        .map(|(tool, arguments)| Case::current(tool, arguments))
        .collect();
    cases.extend(bodies(&good));
    cases.extend(heads(&good));
    let keys = [
        "io.modelcontextprotocol/protocolVersion",
        "io.modelcontextprotocol/clientInfo",
        "io.modelcontextprotocol/clientCapabilities",
    ];
    for key in keys {
        let values = [
            json!(null),
            json!(1),
            json!("2025-11-25"),
            json!("2026-07-28"),
            json!({}),
            json!({"name": "x"}),
            json!(["x", "1", null, null, null, null]),
            json!({"name": "x", "version": "1", "icons": [{"src": "data:,"}]}),
            json!({"name": "x", "version": "1", "extra": 1}),
            json!({"elicitation": {"form": {}}, "experimental": {"a": {}}}),
            json!({"extensions": {"io.modelcontextprotocol/tasks": {}}}),
            json!({"sampling": 1}),
        ];
        for value in values {
            cases.push(good.clone().change(|m| m["params"]["_meta"][key] = value));
        }
        cases.push(good.clone().change(|m| {
            m["params"]["_meta"].as_object_mut().unwrap().remove(key);
        }));
    }
    assert!(cases.len() >= 150, "{}", cases.len());
    for case in cases {
        let [ours, theirs] = [case.send(&lane).await, case.send(&rmcp).await].map(Seen::of);
        assert_eq!(comparable(ours), comparable(theirs), "{}", case.name);
    }
}

#[tokio::test]
async fn every_list_is_the_same_byte_by_byte_for_each_who_asks() {
    let page = || server().page_size(4);
    let lane = Client::builder(page()).http().connect().await;
    let rmcp = Client::builder(page()).without_lane().connect().await;
    let whole = Case::list(&json!({}));
    let second = lane.request("tools/list", json!({})).await.result()["nextCursor"].clone();
    let mut cases = heads(&whole);
    cases.extend([
        whole.clone(),
        whole.clone(),
        whole.clone().with("mcp-name", "add"),
        whole.clone().change(|m| m["id"] = json!("seven")),
        whole.clone().change(|m| m["params"]["extra"] = json!(1)),
        whole.clone().change(|m| m["params"]["_meta"] = json!({})),
        whole.change(|m| drop(m.as_object_mut().unwrap().remove("params"))),
        Case::list(&json!({"cursor": second})),
        Case::list(&json!({"cursor": null})),
        Case::list(&json!({"cursor": "nobody's"})),
        Case::list(&json!({"cursor": 1})),
    ]);
    let ada = Principal::new("https://id.example.com", "ada").scope("secrets:read");
    let bob = Principal::new("https://id.example.com", "bob");
    for caller in [None, Some(ada), Some(bob)] {
        let as_caller = |client: &Client| match &caller {
            Some(caller) => client.as_caller(caller.clone()),
            None => client.clone(),
        };
        let (lane, rmcp) = (as_caller(&lane), as_caller(&rmcp));
        for case in &cases {
            let [ours, theirs] = [case.send(&lane).await, case.send(&rmcp).await].map(Seen::of);
            assert_eq!(ours, theirs, "{} for {caller:?}", case.name);
        }
    }
}

#[tokio::test]
async fn in_a_session_every_request_has_the_same_answer() {
    let [lane, rmcp] = both().await;
    let (ours, theirs) = (open_session(&lane).await, open_session(&rmcp).await);
    let cases = |session: &str| {
        let good = Case::legacy("add", &json!({"a": 1, "b": 2}), session);
        let mut cases: Vec<Case> = calls()
            .iter()
            .filter(|(tool, _)| *tool != "forget")
            .map(|(tool, arguments)| Case::legacy(tool, arguments, session))
            .collect();
        cases.extend(bodies(&good));
        cases.extend(heads(&good));
        cases.push(good.clone().without("mcp-session-id"));
        cases.push(good.clone().with("mcp-session-id", "another"));
        cases.push(good.set("mcp-session-id", ""));
        cases
    };
    let (ours, theirs) = (cases(&ours), cases(&theirs));
    assert!(ours.len() >= 100, "{}", ours.len());
    for (case, same) in ours.iter().zip(&theirs) {
        let answers = [case.send(&lane).await, same.send(&rmcp).await].map(Seen::in_session);
        let [ours, theirs] = answers;
        assert_eq!(ours, theirs, "{}", case.name);
    }
}
