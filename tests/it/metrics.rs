//! Figures: counted once a call, under names that no caller chose.

use std::future::pending;
use std::time::Duration;

use mcp_runtime::metrics::{DURATION_BOUNDS, ToolMetrics};
use mcp_runtime::prelude::*;
use mcp_runtime::testing;
use serde_json::json;

/// Look something up, in some time.
#[tool(read_only)]
async fn find(millis: u64) -> Result<String, ToolError> {
    tokio::time::sleep(Duration::from_millis(millis)).await;
    match millis {
        0 => Err(ToolError::not_found("nothing takes no time")),
        _ => Ok("thing".to_owned()),
    }
}

/// Never called.
#[tool]
async fn idle() {}

/// Wait for ever.
#[tool]
async fn hang() {
    pending::<()>().await;
}

fn server() -> Server {
    Server::new("counted").mount(tools![find, idle, hang])
}

#[tokio::test(start_paused = true)]
async fn every_call_counts_once_under_its_outcome() {
    let server = server();
    let metrics = server.metrics();
    assert!(metrics.snapshot().tools.is_empty(), "nothing is built yet");
    let client = testing::client(server).await;
    client.call("find", json!({"millis": 3})).await;
    client.call("find", json!({"millis": 300})).await;
    client.call("find", json!({"millis": 0})).await;
    client.call("find", json!({"millis": "x"})).await;
    client.call("nothing", json!({})).await;
    client.call(&"nothing".repeat(1000), json!({})).await;
    drop(client.start("hang", json!({})).await);
    client.call("find", json!({"millis": 40_000})).await;

    let snapshot = metrics.snapshot();
    let names: Vec<&str> = snapshot
        .tools
        .iter()
        .map(|tool| tool.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["find", "idle", "hang"],
        "registered names, in their order, and no others"
    );
    assert_eq!(snapshot.unknown_tool, 2);
    let [find, idle, hang] = snapshot.tools.as_slice() else {
        panic!("three tools");
    };
    assert_eq!(
        find.calls,
        [
            ("ok", 2),
            ("not_found", 1),
            ("invalid_input", 1),
            ("timeout", 1)
        ]
    );
    assert_eq!((find.total(), find.attempts), (5, 4));
    assert_eq!(
        (idle.total(), hang.calls.as_slice()),
        (0, [("cancelled", 1)].as_slice())
    );
    assert_eq!(find.bytes_out, 2 * "thing".len() as u64);
    assert!(find.bytes_in > 0);
}

#[tokio::test(start_paused = true)]
async fn durations_fall_into_their_buckets() {
    let server = server();
    let metrics = server.metrics();
    let client = testing::client(server).await;
    for millis in [5, 6, 29_999] {
        client.call("find", json!({"millis": millis})).await;
    }
    let ToolMetrics { duration, .. } = metrics.snapshot().tools.remove(0);
    let bucket = |bound: Duration| {
        DURATION_BOUNDS
            .iter()
            .position(|other| *other == bound)
            .unwrap()
    };
    for (bound, calls) in [
        (Duration::from_millis(5), 1),
        (Duration::from_millis(10), 1),
        (Duration::from_secs(30), 1),
    ] {
        assert_eq!(duration.buckets[bucket(bound)], calls, "up to {bound:?}");
    }
    assert_eq!(duration.buckets.iter().sum::<u64>(), 3);
    assert_eq!(duration.sum, Duration::from_millis(5 + 6 + 29_999));
}
