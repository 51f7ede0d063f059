//! The cache among the other policies: what it spares them, and what it leaves to them.

use std::time::Duration;

use mcp_runtime::ErrorKind;
use mcp_runtime::Principal;
use mcp_runtime::prelude::*;
use serde_json::json;
use tokio::time::advance;

use super::{ada, cached, client};
use crate::script::{Script, Step, settle};

const SECOND: Duration = Duration::from_secs(1);

/// Look something up, seldom.
#[tool(read_only, cache = "60s", rate = "1/d")]
async fn seldom(id: u32, script: State<Script>) -> Result<String, ToolError> {
    let _ = id;
    script.run().await
}

/// Look something up, and count it.
#[tool(read_only, cache = "60s", rate = "3/d count calls")]
async fn counted(script: State<Script>) -> Result<String, ToolError> {
    script.run().await
}

#[tokio::test(start_paused = true)]
async fn a_kept_answer_costs_nothing_unless_calls_are_counted() {
    let script = Script::new([]);
    let client = client(tools![seldom, counted], &script).await;
    for _ in 0..5 {
        assert_eq!(
            client.call("seldom", json!({"id": 1})).await.text(),
            "run 1"
        );
    }
    let refused = client.call("seldom", json!({"id": 2})).await;
    assert_eq!(refused.code(), Some("rate_limited"));
    for _ in 0..3 {
        assert_eq!(client.call("counted", json!({})).await.text(), "run 2");
    }
    let refused = client.call("counted", json!({})).await;
    assert_eq!(refused.code(), Some("rate_limited"));
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_for_one_run_pay_for_one_run() {
    let script = Script::new([Step::Take(SECOND)]);
    let client = client(tools![seldom, counted], &script).await;
    let mut calls = Vec::new();
    for _ in 0..10 {
        calls.push(client.start("seldom", json!({"id": 1})).await);
    }
    for call in calls {
        assert_eq!(call.await.text(), "run 1");
    }
    let mut calls = Vec::new();
    for _ in 0..10 {
        calls.push(client.start("counted", json!({})).await);
    }
    let mut paid = 0;
    for call in calls {
        paid += usize::from(!call.await.is_error());
    }
    assert_eq!((script.runs(), paid), (2, 3));
}

/// Look something up for everybody, one at a time for each.
#[tool(
    read_only,
    auth = "user",
    cache = "60s public",
    concurrency = "1 queue 5 wait 2s per caller"
)]
async fn one_each(id: u32, script: State<Script>) -> Result<String, ToolError> {
    let _ = id;
    script.run().await
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_the_leader_is_not_handed_to_another_caller() {
    let script = Script::new([Step::Hold]);
    let ada = client(tools![one_each], &script).await.as_caller(ada());
    let bob = ada.as_caller(Principal::local("bob"));
    let busy = ada.start("one_each", json!({"id": 2})).await;
    settle().await;
    let leader = ada.start("one_each", json!({"id": 1})).await;
    settle().await;
    let follower = bob.start("one_each", json!({"id": 1})).await;
    settle().await;
    assert_eq!(script.runs(), 1);
    assert_eq!(leader.await.code(), Some("busy"));
    let answer = follower.await;
    assert_eq!((answer.text().as_str(), cached(&answer)), ("run 2", None));
    busy.cancel();
}

/// Renew at somebody's cost.
#[tool(
    read_only,
    auth = "user",
    cache = "60s public swr 1h",
    rate = "1/d per caller"
)]
async fn renewed(script: State<Script>) -> Result<String, ToolError> {
    script.run().await
}

#[tokio::test(start_paused = true)]
async fn a_renewal_is_charged_to_its_caller_and_where_it_is_refused_the_answer_stays() {
    let script = Script::new([]);
    let ada = client(tools![renewed], &script).await.as_caller(ada());
    let bob = ada.as_caller(Principal::local("bob"));
    assert_eq!(ada.call("renewed", json!({})).await.text(), "run 1");
    advance(70 * SECOND).await;
    for _ in 0..3 {
        let late = ada.call("renewed", json!({})).await;
        assert_eq!(
            (late.text().as_str(), cached(&late)),
            ("run 1", Some("stale"))
        );
        settle().await;
    }
    assert_eq!(script.runs(), 1);
    bob.call("renewed", json!({})).await;
    settle().await;
    assert_eq!(ada.call("renewed", json!({})).await.text(), "run 2");
}

/// Look something up as long as that makes sense.
#[tool(
    read_only,
    cache = "60s stale_if_error 1h",
    breaker = "1 fails open 5m"
)]
async fn guarded(script: State<Script>) -> Result<String, ToolError> {
    script.run().await
}

#[tokio::test(start_paused = true)]
async fn while_a_breaker_is_open_the_late_answer_is_given() {
    let script = Script::new([Step::Take(Duration::ZERO), Step::Fail(ErrorKind::Transient)]);
    let client = client(tools![guarded], &script).await;
    client.call("guarded", json!({})).await;
    advance(70 * SECOND).await;
    for _ in 0..3 {
        let reply = client.call("guarded", json!({})).await;
        assert_eq!(
            (reply.text().as_str(), cached(&reply)),
            ("run 1", Some("stale"))
        );
    }
    assert_eq!(script.runs(), 2);
}

/// Say more than may be said.
#[tool(read_only, cache = "60s", max_out = "10B")]
async fn large(script: State<Script>) -> Result<String, ToolError> {
    Ok(format!("{} and much more", script.run().await?))
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_too_large_is_never_kept() {
    let script = Script::new([]);
    let client = client(tools![large], &script).await;
    for run in 1..=2 {
        let reply = client.call("large", json!({})).await;
        assert_eq!(reply.code(), Some("response_too_large"));
        assert_eq!(script.runs(), run);
    }
}
