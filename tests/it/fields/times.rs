//! How long a call may take, how often it is tried again, and when the tool is left alone.

use std::time::Duration;

use mcp_runtime::ErrorKind;
use serde_json::json;
use tokio::time::{Instant, advance};

use super::stand::{Boot, said};
use super::{Row, Said, Seen};
use crate::script::Step;

const SECOND: Duration = Duration::from_secs(1);

pub(super) fn rows() -> Vec<Row> {
    [timeout(), retry(), breaker(), task()]
        .into_iter()
        .flatten()
        .collect()
}

/// One call that takes five seconds.
async fn slow(boot: Boot) -> Seen {
    let stand = boot.with([Step::Take(5 * SECOND)]).await?;
    Ok(stand.call(json!({})).await)
}

fn timeout() -> Vec<Row> {
    let row = |one, other| Row::new("timeout", [one, other], &[], slow);
    vec![
        Row::with_and_without("timeout", "1s", &[], slow),
        row("1s", "10s"),
        row("20s attempt 1s", "20s attempt 10s"),
        row("20s", "20s attempt 1s"),
        row("idle 1s max 20s", "idle 10s max 20s"),
        row("20s", "idle 1s max 20s"),
    ]
}

fn failure() -> Step {
    Step::Fail(ErrorKind::Transient)
}

/// How many runs a call has whose tool fails three times.
async fn tries(boot: Boot) -> Seen {
    let stand = boot.with([failure(), failure(), failure()]).await?;
    let said = stand.call(json!({})).await;
    Ok(format!("{said} after {} runs", stand.script.runs()))
}

/// Whether any of ten calls, whose tools fail four times each, waits longer than `most` in all. Waits are random under their bounds.
async fn waits(boot: Boot, most: Duration) -> Seen {
    let stand = boot
        .with((0..50).map(|run| match run % 5 {
            4 => Step::Take(Duration::ZERO),
            _ => failure(),
        }))
        .await?;
    let mut longest = Duration::ZERO;
    for _ in 0..10 {
        let started = Instant::now();
        stand.call(json!({})).await;
        longest = longest.max(started.elapsed());
    }
    Ok(format!("longer than {most:?}: {}", longest > most))
}

fn retry() -> Vec<Row> {
    let reads: &[Said] = &[("read_only", ""), ("timeout", "1h")];
    vec![
        Row::with_and_without("retry", "2", reads, tries),
        Row::new("retry", ["1 exp 1ms..1ms", "3 exp 1ms..1ms"], reads, tries),
        Row::new(
            "retry",
            ["4 exp 1ms..100s", "4 exp 100s..100s"],
            reads,
            |boot| waits(boot, SECOND),
        ),
        Row::new("retry", ["4 exp 1s..1s", "4 exp 1s..100s"], reads, |boot| {
            waits(boot, 5 * SECOND)
        }),
    ]
}

/// Five calls five seconds apart, the last one after half a minute: of the runs, the second and the fifth succeed.
async fn failures(boot: Boot) -> Seen {
    let fine = || Step::Take(Duration::ZERO);
    let steps = [failure(), fine(), failure(), failure(), fine()];
    let stand = boot.with(steps).await?;
    let mut said = Vec::new();
    for pause in [5, 5, 5, 30, 1] {
        said.push(stand.client.call("subject", json!({})).await.text());
        advance(pause * SECOND).await;
    }
    Ok(said.join(", "))
}

/// Two callers at once, after a failure and the time for which the tool is left alone.
async fn probing(boot: Boot) -> Seen {
    let stand = boot
        .with([failure(), Step::Take(SECOND), Step::Take(SECOND)])
        .await?;
    stand.call(json!({})).await;
    advance(2 * SECOND).await;
    let (one, other) = tokio::join!(stand.call(json!({})), stand.call(json!({})));
    Ok(format!("{one}, {other}"))
}

/// A failure of one tool, and a call of the other.
async fn neighbours(boot: Boot) -> Seen {
    let stand = boot.with([failure()]).await?;
    stand.call(json!({})).await;
    Ok(said(&stand.client.call("sibling", json!({})).await))
}

fn breaker() -> Vec<Row> {
    let row = |one, other| Row::new("breaker", [one, other], &[], failures);
    vec![
        Row::with_and_without("breaker", "1 fails", &[], failures),
        row("1 fails", "2 fails"),
        row("2 fails", "50% of 2 in 30s"),
        row("50% of 3 in 60s", "100% of 3 in 60s"),
        row("50% of 2 in 60s", "50% of 4 in 60s"),
        row("50% of 2 in 2s", "50% of 2 in 60s"),
        row("1 fails open 1s", "1 fails open 1min"),
        Row::new(
            "breaker",
            ["1 fails open 1s", "1 fails open 1s probes 2"],
            &[],
            probing,
        ),
        Row::new(
            "breaker",
            ["1 fails", "1 fails shared upstream"],
            &[],
            neighbours,
        ),
    ]
}

/// What a call comes to: the handle of a task, and for how long, or an answer.
async fn handed(boot: Boot) -> Seen {
    let stand = boot.with([]).await?;
    let reply = stand.client.call("subject", json!({})).await;
    let result = reply.rpc_error().is_none().then(|| reply.result());
    Ok(match result {
        Some(task) if task["resultType"] == "task" => format!("a task for {} ms", task["ttlMs"]),
        _ => said(&reply),
    })
}

fn task() -> Vec<Row> {
    vec![
        Row::with_and_without("task", "optional", &[], handed),
        Row::new("task", ["optional", "required"], &[], handed),
        Row::new("ttl", ["5m", "1h"], &[], handed),
    ]
}
