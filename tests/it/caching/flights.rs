//! Equal calls at the same time: one run for all of them, and nobody waits for a run that is no more.

use std::time::Duration;

use mcp_runtime::ErrorKind;
use mcp_runtime::prelude::*;
use mcp_runtime::testing::{Client, Pending, Reply};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use tokio::time::{Instant, advance};

use super::{ada, cached, client};
use crate::script::{Script, Step, settle};

const SECOND: Duration = Duration::from_secs(1);

/// Look something up.
#[tool(read_only, cache = "60s")]
async fn look(id: u32, script: State<Script>) -> Result<String, ToolError> {
    let _ = id;
    script.run().await
}

async fn start(client: &Client) -> Pending {
    let call = client.start("look", json!({"id": 1})).await;
    settle().await;
    call
}

async fn together(calls: usize, script: &std::sync::Arc<Script>) -> Vec<Reply> {
    let client = client(tools![look], script).await;
    let mut pending = Vec::new();
    for _ in 0..calls {
        pending.push(client.start("look", json!({"id": 1})).await);
    }
    let mut replies = Vec::new();
    for call in pending {
        replies.push(call.await);
    }
    replies
}

#[tokio::test(start_paused = true)]
async fn equal_calls_on_a_cold_cache_run_the_tool_once() {
    for calls in [10, 1_000] {
        let script = Script::new([Step::Take(SECOND)]);
        let replies = together(calls, &script).await;
        assert_eq!(script.runs(), 1);
        assert!(replies.iter().all(|reply| reply.text() == "run 1"));
        let shared = replies
            .iter()
            .filter(|reply| cached(reply) == Some("shared"));
        assert_eq!(shared.count(), calls - 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn equal_calls_on_several_threads_run_the_tool_once() {
    for _ in 0..20 {
        let script = Script::new([]);
        let replies = together(100, &script).await;
        assert_eq!(script.runs(), 1);
        assert!(replies.iter().all(|reply| reply.text() == "run 1"));
    }
}

#[tokio::test(start_paused = true)]
async fn different_calls_do_not_wait_for_each_other() {
    let script = Script::new([Step::Hold]);
    let client = client(tools![look], &script).await;
    let held = start(&client).await;
    assert_eq!(client.call("look", json!({"id": 2})).await.text(), "run 2");
    script.open();
    assert_eq!(held.await.text(), "run 1");
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_goes_away_takes_nothing_from_the_others() {
    let script = Script::new([Step::Hold]);
    let client = client(tools![look], &script).await;
    let leader = start(&client).await;
    let followers = [start(&client).await, start(&client).await];
    leader.cancel();
    settle().await;
    assert_eq!((script.runs(), script.stopped()), (1, 0));
    script.open();
    for follower in followers {
        assert_eq!(follower.await.text(), "run 1");
    }
    let hit = client.call("look", json!({"id": 1})).await;
    assert_eq!((hit.text().as_str(), cached(&hit)), ("run 1", Some("hit")));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_nobody_waits_for_is_stopped() {
    let script = Script::new([Step::Hold]);
    let client = client(tools![look], &script).await;
    let calls = [
        start(&client).await,
        start(&client).await,
        start(&client).await,
    ];
    for call in calls {
        assert_eq!(script.stopped(), 0);
        call.cancel();
        settle().await;
    }
    assert_eq!((script.runs(), script.stopped()), (1, 1));
    assert_eq!(client.call("look", json!({"id": 1})).await.text(), "run 2");
}

#[tokio::test(start_paused = true)]
async fn what_a_tool_started_learns_that_nobody_waits_and_not_that_one_went_away() {
    /// Watch the cancellation.
    #[tool(read_only, cache = "60s")]
    async fn watch(ctx: Context, script: State<Script>) -> Result<String, ToolError> {
        let (token, script2) = (ctx.cancellation(), script.clone());
        tokio::spawn(async move {
            token.cancelled().await;
            script2.open();
        });
        script.run().await
    }
    let script = Script::new([Step::Hold]);
    let client = client(tools![watch], &script).await;
    let leader = client.start("watch", json!({})).await;
    settle().await;
    let follower = client.start("watch", json!({})).await;
    settle().await;
    leader.cancel();
    settle().await;
    assert!(!script.is_open());
    follower.cancel();
    settle().await;
    assert!(script.is_open());
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_panics_leaves_its_place_to_the_next() {
    let script = Script::new([Step::Panic]);
    let replies = together(10, &script).await;
    assert_eq!(script.runs(), 2);
    assert_eq!(replies[0].code(), Some("internal"));
    assert!(replies[1..].iter().all(|reply| reply.text() == "run 2"));
}

#[tokio::test(start_paused = true)]
async fn calls_that_all_panic_all_end() {
    let script = Script::new((0..10).map(|_| Step::Panic));
    let replies = together(10, &script).await;
    assert_eq!(script.runs(), 10);
    assert!(replies.iter().all(|reply| reply.code() == Some("internal")));
}

#[tokio::test(start_paused = true)]
async fn what_the_tool_says_is_said_to_all_who_wait_and_is_not_kept() {
    for kind in [
        ErrorKind::Transient,
        ErrorKind::NotFound,
        ErrorKind::Internal,
    ] {
        let script = Script::new([Step::Fail(kind)]);
        let client = client(tools![look], &script).await;
        let calls = [
            start(&client).await,
            start(&client).await,
            start(&client).await,
        ];
        for call in calls {
            let reply = call.await;
            assert_eq!(reply.code(), Some(kind.code()));
            assert!(reply.text().starts_with("run 1 fails"));
        }
        assert_eq!(client.call("look", json!({"id": 1})).await.text(), "run 2");
    }
}

#[tokio::test(start_paused = true)]
async fn a_follower_waits_as_long_as_it_may_and_not_as_long_as_the_leader() {
    let script = Script::new([Step::Hold, Step::Hold]);
    let client = client(tools![look], &script).await;
    let arrived = Instant::now();
    let leader = start(&client).await;
    advance(20 * SECOND).await;
    let follower = start(&client).await;
    assert_eq!(leader.await.code(), Some("timeout"));
    assert_eq!(arrived.elapsed().as_secs(), 30);
    // The follower has led since, for as long as it had left.
    settle().await;
    assert_eq!((script.runs(), script.stopped()), (2, 1));
    assert_eq!(follower.await.code(), Some("timeout"));
    assert_eq!(arrived.elapsed().as_secs(), 50);
    settle().await;
    assert_eq!(script.stopped(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_follower_is_not_handed_the_timeout_of_its_leader() {
    let script = Script::new([Step::Hold]);
    let client = client(tools![look], &script).await;
    let leader = start(&client).await;
    advance(20 * SECOND).await;
    let follower = start(&client).await;
    assert_eq!(leader.await.code(), Some("timeout"));
    assert_eq!(follower.await.text(), "run 2");
}

/// Greet the user.
#[tool(read_only, cache = "60s")]
async fn greet(ctx: Context, script: State<Script>) -> Result<String, ToolError> {
    #[derive(Deserialize, JsonSchema)]
    struct Who {
        name: String,
    }
    script.run().await?;
    let who: Who = ctx.ask("who", "What is your name?").await?;
    Ok(who.name)
}

#[tokio::test(start_paused = true)]
async fn a_question_to_the_leader_is_no_answer_for_the_others() {
    for leaves in [false, true] {
        let script = Script::new([Step::Hold]);
        let ada = client(tools![greet], &script).await.as_caller(ada());
        let bob = ada.as_caller(mcp_runtime::Principal::local("bob"));
        let call = json!({
            "name": "greet",
            "arguments": {},
            "_meta": {"io.modelcontextprotocol/clientCapabilities": {"elicitation": {}}},
        });
        let ask = |client: &Client| {
            let (client, call) = (client.clone(), call.clone());
            tokio::spawn(async move { client.request("tools/call", call).await })
        };
        let leader = ask(&ada);
        settle().await;
        let follower = ask(&bob);
        settle().await;
        if leaves {
            leader.abort();
            settle().await;
        }
        script.open();
        if let Ok(asked) = leader.await {
            assert_eq!(asked.result()["resultType"], "input_required");
        }
        let asked = follower.await.unwrap();
        assert_eq!(script.runs(), 2);
        // Its state is the follower's own: nobody else's would be accepted.
        let mut again = call;
        again["requestState"] = asked.result()["requestState"].clone();
        again["inputResponses"] = json!({"who": {"action": "accept", "content": {"name": "Bob"}}});
        assert_eq!(bob.request("tools/call", again).await.text(), "Bob");
    }
}
