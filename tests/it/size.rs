//! How large calls and answers may be.

use std::sync::atomic::{AtomicU32, Ordering};

use mcp_runtime::prelude::*;
use mcp_runtime::{Principal, testing};
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

/// Say much, to be read elsewhere.
#[tool(read_only, auth = "user", max_out = "1000B link")]
async fn linked(bytes: usize, limit: Option<u64>) -> String {
    let _ = limit;
    "x".repeat(bytes)
}

/// Draw.
#[tool(read_only, max_out = "1000B link")]
async fn draw(bytes: usize) -> Vec<Content> {
    let picture = Image::png(vec![7; bytes]);
    let more = Link::new("docs://more", "more");
    vec![
        Content::text("A picture."),
        mcp_runtime::IntoContent::into_content(picture),
        mcp_runtime::IntoContent::into_content(more),
    ]
}

fn links() -> Server {
    Server::new("linked").mount(tools![linked, draw])
}

fn ada() -> Principal {
    Principal::local("ada")
}

/// The address in an answer's link.
fn uri(reply: &testing::Reply) -> String {
    let content = reply.result()["content"].as_array().unwrap().clone();
    let link = content
        .into_iter()
        .find(|block| block["type"] == "resource_link");
    link.unwrap()["uri"].as_str().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_large_answer_is_read_where_its_link_leads_by_its_caller_alone() {
    for legacy in [false, true] {
        let builder = testing::Client::builder(links()).caller(ada());
        let builder = if legacy { builder.legacy() } else { builder };
        let client = builder.connect().await;
        let fits = client.call("linked", json!({"bytes": 1000})).await;
        assert_eq!(fits.text().len(), 1000);

        let reply = client.call("linked", json!({"bytes": 5000})).await;
        assert!(!reply.is_error());
        let uri = uri(&reply);
        let text = reply.result()["content"][0]["text"].as_str().unwrap();
        assert_eq!(
            text,
            format!(
                "the answer of `linked` has 5000 bytes; it may have 1000\n\
                 The whole answer is kept for 10 min as the resource {uri}\n\
                 hint: read it there, or call it again with a smaller `limit`"
            )
        );
        let link = &reply.result()["content"][1];
        assert_eq!(
            (&link["size"], &link["mimeType"]),
            (&json!(5000), &json!("text/plain"))
        );

        assert_eq!(client.read(&uri).await.text(), "x".repeat(5000));
        assert!(client.resources().await.is_empty(), "it is in no list");
        // Others are told what they are told of any address.
        let nowhere = client.read("result://linked/0").await;
        let nowhere = nowhere.rpc_error().unwrap();
        let strangers = [
            client.as_caller(Principal::local("bob")),
            client.as_caller(ada().tenant("navy")),
            client.anonymous(),
        ];
        for stranger in strangers {
            let refused = stranger.read(&uri).await;
            let error = refused.rpc_error().unwrap();
            assert_eq!(error.code, nowhere.code);
            let said = error.message.replace(&uri, "result://linked/0");
            assert_eq!(said, nowhere.message);
        }
        tokio::time::advance(std::time::Duration::from_secs(599)).await;
        assert_eq!(client.read(&uri).await.rpc_error(), None);
        tokio::time::advance(std::time::Duration::from_secs(2)).await;
        let gone = client.read(&uri).await.rpc_error().unwrap();
        assert_eq!(gone.code, nowhere.code);
    }
}

#[tokio::test]
async fn everything_of_a_large_answer_is_behind_its_link() {
    let client = testing::client(links()).await;
    let reply = client.call("draw", json!({"bytes": 3000})).await;
    let read = client.read(&uri(&reply)).await;
    let contents = read.result()["contents"].as_array().unwrap();
    assert_eq!(contents.len(), 2);
    assert_eq!(contents[0]["text"], "A picture.");
    assert_eq!(contents[1]["mimeType"], "image/png");
    assert_eq!(contents[1]["blob"].as_str().unwrap().len(), 4000);
    let link = reply.result()["content"]
        .as_array()
        .unwrap()
        .last()
        .unwrap();
    assert_eq!(link["uri"], "docs://more", "a link stays where it is");
}

#[tokio::test]
async fn what_is_too_large_to_be_kept_is_refused() {
    let client = testing::Client::builder(links())
        .caller(ada())
        .connect()
        .await;
    let reply = client.call("linked", json!({"bytes": 9 << 20})).await;
    assert_eq!(reply.code(), Some("response_too_large"));
}

#[test]
fn what_cannot_be_linked_does_not_start() {
    /// Give structure.
    #[tool(max_out = "1MB link")]
    async fn structured() -> Json<Vec<u8>> {
        Json(Vec::new())
    }

    /// Give what is kept.
    #[tool(read_only, cache = "60s", max_out = "1MB link")]
    async fn kept() -> String {
        String::new()
    }

    let error = Server::new("sized").mount(tools![structured, kept]).check();
    let error = error.unwrap_err().to_string();
    for part in [
        "tool `structured` has `link` in `max_out` and an output schema",
        "tool `kept` has `link` in `max_out` and a `cache`",
    ] {
        assert!(error.contains(part), "{error}");
    }
}
