//! Answers past their time: while a new one is made, and while none can be made.

use std::time::Duration;

use mcp_runtime::ErrorKind;
use mcp_runtime::prelude::*;
use serde_json::json;
use tokio::time::advance;

use super::{age, cached, client};
use crate::script::{Script, Step, settle};

const SECOND: Duration = Duration::from_secs(1);

/// Look something up, and rather late than slowly.
#[tool(read_only, cache = "60s swr 10m")]
async fn soon(script: State<Script>) -> Result<String, ToolError> {
    script.run().await
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_is_given_at_once_and_renewed_once() {
    let script = Script::new([Step::Take(Duration::ZERO), Step::Hold]);
    let client = client(tools![soon], &script).await;
    client.call("soon", json!({})).await;
    advance(70 * SECOND).await;
    for _ in 0..10 {
        let reply = client.call("soon", json!({})).await;
        assert_eq!(reply.text(), "run 1");
        assert_eq!(
            (cached(&reply), age(&reply)),
            (Some("stale"), &json!(70_000))
        );
    }
    settle().await;
    assert_eq!(script.runs(), 2);
    script.open();
    settle().await;
    let renewed = client.call("soon", json!({})).await;
    assert_eq!(
        (renewed.text().as_str(), cached(&renewed)),
        ("run 2", Some("hit"))
    );
    assert_eq!(age(&renewed), &json!(0));
}

#[tokio::test(start_paused = true)]
async fn a_renewal_goes_on_when_its_caller_goes_away() {
    let script = Script::new([Step::Take(Duration::ZERO), Step::Hold]);
    let client = client(tools![soon], &script).await;
    client.call("soon", json!({})).await;
    advance(70 * SECOND).await;
    client.start("soon", json!({})).await.cancel();
    client.call("soon", json!({})).await;
    script.open();
    settle().await;
    assert_eq!(client.call("soon", json!({})).await.text(), "run 2");
    assert_eq!((script.runs(), script.stopped()), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_fails_leaves_the_late_answer_where_it_is() {
    let script = Script::new([Step::Take(Duration::ZERO), Step::Fail(ErrorKind::NotFound)]);
    let client = client(tools![soon], &script).await;
    client.call("soon", json!({})).await;
    advance(70 * SECOND).await;
    assert_eq!(client.call("soon", json!({})).await.text(), "run 1");
    advance(SECOND).await;
    settle().await;
    assert_eq!(client.call("soon", json!({})).await.text(), "run 1");
    settle().await;
    assert_eq!(client.call("soon", json!({})).await.text(), "run 3");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_too_late_is_not_given() {
    let script = Script::new([]);
    let client = client(tools![soon], &script).await;
    client.call("soon", json!({})).await;
    advance(667 * SECOND).await;
    let reply = client.call("soon", json!({})).await;
    assert_eq!((reply.text().as_str(), cached(&reply)), ("run 2", None));
}

/// Look something up, and rather late than not at all.
#[tool(read_only, cache = "60s stale_if_error 1h", timeout = "5s")]
async fn surely(script: State<Script>) -> Result<String, ToolError> {
    script.run().await
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_is_given_where_the_tool_cannot_answer() {
    use ErrorKind::{Internal, Timeout, Transient};
    let script = Script::new([
        Step::Take(Duration::ZERO),
        Step::Fail(Transient),
        Step::Fail(Timeout),
        Step::Fail(Internal),
        Step::Panic,
        Step::Take(6 * SECOND),
    ]);
    let client = client(tools![surely], &script).await;
    client.call("surely", json!({})).await;
    advance(70 * SECOND).await;
    for run in 2..=6 {
        let reply = client.call("surely", json!({})).await;
        assert_eq!(
            (reply.text().as_str(), cached(&reply)),
            ("run 1", Some("stale"))
        );
        assert!(age(&reply).as_u64() >= Some(70_000));
        assert_eq!(script.runs(), run);
    }
    let reply = client.call("surely", json!({})).await;
    assert_eq!((reply.text().as_str(), cached(&reply)), ("run 7", None));
}

#[tokio::test(start_paused = true)]
async fn a_no_of_the_tool_is_given_as_it_is() {
    for kind in [
        ErrorKind::NotFound,
        ErrorKind::Forbidden,
        ErrorKind::InvalidInput,
    ] {
        let script = Script::new([Step::Take(Duration::ZERO), Step::Fail(kind)]);
        let client = client(tools![surely], &script).await;
        client.call("surely", json!({})).await;
        advance(70 * SECOND).await;
        let reply = client.call("surely", json!({})).await;
        assert_eq!(reply.code(), Some(kind.code()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_told_once_the_late_answer_is_too_late() {
    let script = Script::new([
        Step::Take(Duration::ZERO),
        Step::Fail(ErrorKind::Transient),
        Step::Take(6 * SECOND),
    ]);
    let client = client(tools![surely], &script).await;
    client.call("surely", json!({})).await;
    advance(3_667 * SECOND).await;
    let reply = client.call("surely", json!({})).await;
    assert_eq!(reply.code(), Some("unavailable"));
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_together_are_all_given_the_late_answer() {
    let script = Script::new([Step::Take(Duration::ZERO), Step::Fail(ErrorKind::Transient)]);
    let client = client(tools![surely], &script).await;
    client.call("surely", json!({})).await;
    advance(70 * SECOND).await;
    let replies = tokio::join!(
        client.call("surely", json!({})),
        client.call("surely", json!({}))
    );
    assert_eq!(
        (replies.0.text().as_str(), replies.1.text().as_str()),
        ("run 1", "run 1")
    );
    assert_eq!(script.runs(), 2);
}
