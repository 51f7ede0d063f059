//! How large calls and answers may be.

use std::sync::atomic::{AtomicU32, Ordering};

use mcp_runtime::prelude::*;
use mcp_runtime::testing;
use serde_json::json;

/// Counts the calls that came as far as the tool.
#[derive(Default)]
struct Ran {
    calls: AtomicU32,
}

/// Take a little.
#[tool(max_in = "64B")]
async fn little(text: String, tag: Option<String>, ran: State<Ran>) -> usize {
    ran.calls.fetch_add(1, Ordering::Relaxed);
    text.len() + tag.unwrap_or_default().len()
}

/// Take what is taken by default.
#[tool]
async fn take(text: String) -> usize {
    text.len()
}

/// Say much.
#[tool(read_only)]
async fn say(bytes: usize, limit: Option<u64>, cursor: Option<String>) -> String {
    let _ = (limit, cursor);
    "x".repeat(bytes)
}

/// Say much, in parts.
#[tool(read_only, max_out = "1000B truncate")]
async fn cut(bytes: usize) -> String {
    "é".repeat(bytes / 2)
}

/// Give much structure.
#[tool(read_only, max_out = "1000B truncate")]
async fn list(items: usize) -> Json<Vec<usize>> {
    Json((0..items).collect())
}

/// Fail at length.
#[tool(max_out = "1000B")]
async fn fail(bytes: usize) -> Result<(), ToolError> {
    Err(ToolError::failed("x".repeat(bytes)))
}

fn server() -> Server {
    Server::new("sized")
        .mount(tools![little, take, say, cut, list, fail])
        .state(Ran::default())
}

#[tokio::test]
async fn arguments_that_are_too_large_are_refused_before_they_are_read() {
    let client = testing::client(server()).await;
    // 64 bytes of `{"text":".."}`.
    let fits = json!({"text": "x".repeat(53)});
    assert_eq!(client.call("little", &fits).await.text(), "53");

    let reply = client.call("little", json!({"text": "x".repeat(54)})).await;
    assert_eq!(reply.code(), Some("invalid_input"));
    assert_eq!(
        reply.text(),
        "the arguments of `little` are too large:\n- text: the arguments may have 64B in all"
    );
    // Neither unknown names nor wrong types are told of: nothing was read.
    let reply = client
        .call("little", json!({"unknown": "x".repeat(100), "text": 1}))
        .await;
    assert!(!reply.text().contains("unknown"), "{}", reply.text());
}

#[tokio::test]
async fn the_default_takes_256_kilobytes() {
    let client = testing::client(server()).await;
    let around = "{\"text\":\"\"}".len();
    let most = json!({"text": "x".repeat(256_000 - around)});
    assert!(!client.call("take", &most).await.is_error());
    let more = json!({"text": "x".repeat(256_001 - around)});
    assert_eq!(
        client.call("take", &more).await.code(),
        Some("invalid_input")
    );
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_refused_with_the_tools_own_way_out() {
    let client = testing::client(server()).await;
    assert_eq!(
        client
            .call("say", json!({"bytes": 100_000}))
            .await
            .text()
            .len(),
        100_000
    );

    let reply = client.call("say", json!({"bytes": 100_001})).await;
    assert_eq!(reply.code(), Some("response_too_large"));
    assert_eq!(
        reply.text(),
        "the answer of `say` has about 25001 tokens; it may have 25000\n\
         hint: call it again with a smaller `limit`, page by page with `cursor`"
    );
    let error = &reply.result()["_meta"]["dev.mcp-runtime/error"];
    assert_eq!(
        (&error["size"], &error["limit"], &error["unit"]),
        (&json!(25_001), &json!(25_000), &json!("tokens"))
    );
}

#[tokio::test]
async fn text_is_cut_on_a_character_and_says_so() {
    let client = testing::client(server()).await;
    let reply = client.call("cut", json!({"bytes": 5000})).await;
    assert!(!reply.is_error());
    let text = reply.text();
    assert!(text.len() <= 1000 && text.starts_with("éé"));
    assert!(
        text.ends_with("é\n[truncated: the whole text has 5000 bytes]"),
        "{text}"
    );
}

#[tokio::test]
async fn structured_answers_are_refused_whole() {
    let client = testing::client(server()).await;
    assert!(!client.call("list", json!({"items": 100})).await.is_error());
    let reply = client.call("list", json!({"items": 1000})).await;
    assert_eq!(reply.code(), Some("response_too_large"));
    assert!(reply.result().get("structuredContent").is_none());
}

#[tokio::test]
async fn a_long_failure_is_cut_too() {
    let client = testing::client(server()).await;
    let reply = client.call("fail", json!({"bytes": 5000})).await;
    assert_eq!(reply.code(), Some("failed"));
    assert!(reply.text().len() <= 1000 && reply.text().contains("[truncated"));
}

#[test]
fn what_cannot_be_done_does_not_start() {
    /// Give a link.
    #[tool(max_out = "1MB link")]
    async fn link() {}

    let error = Server::new("sized").mount(tools![link]).check();
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("tool `link` has `link` in `max_out`, which is not supported"),
        "{error}"
    );
    assert!(error.contains("write `error` or `truncate`"), "{error}");
}
