//! Answers that are kept, what throws them away, and calls that run once.

use std::time::Duration;

use mcp_runtime::ErrorKind;
use serde_json::json;
use tokio::time::advance;

use super::stand::{Boot, said};
use super::{Row, Said, Seen};
use crate::script::{Step, settle};

const MINUTE: Duration = Duration::from_secs(60);

pub(super) fn rows() -> Vec<Row> {
    [cache(), invalidates(), idempotency()]
        .into_iter()
        .flatten()
        .collect()
}

/// The same call every minute, the second run of which fails.
async fn again(boot: Boot) -> Seen {
    let fine = Step::Take(Duration::ZERO);
    let stand = boot.with([fine, Step::Fail(ErrorKind::Transient)]).await?;
    let mut said = Vec::new();
    for _ in 0..4 {
        said.push(stand.call(json!({})).await);
        settle().await;
        advance(MINUTE).await;
    }
    Ok(said.join(", "))
}

/// Calls of two callers, of whom one lives elsewhere, with two arguments each, and the first call again.
async fn two_callers(boot: Boot) -> Seen {
    let stand = boot.with([]).await?;
    let bob = super::stand::someone("bob").claim("org", "other");
    let bob = stand.client.as_caller(bob);
    let mut seen = Vec::new();
    for id in ["a", "b", "a"] {
        let call = json!({"id": id, "other": "o"});
        seen.push(stand.call(call.clone()).await);
        seen.push(said(&bob.call("subject", call).await));
    }
    Ok(seen.join(", "))
}

/// A call before and one after things have changed.
async fn changed(boot: Boot) -> Seen {
    let stand = boot.with([]).await?;
    let before = stand.call(json!({})).await;
    stand.client.call("change", json!({})).await;
    Ok(format!("{before}, {}", stand.call(json!({})).await))
}

fn cache() -> Vec<Row> {
    let reads: &[Said] = &[("read_only", "")];
    let over_time = |one, other| Row::new("cache", [one, other], reads, again);
    let row = |one, other| Row::new("cache", [one, other], reads, two_callers);
    vec![
        Row::with_and_without("cache", "1h", reads, again),
        over_time("30s", "10m"),
        over_time("30s", "30s swr 10m"),
        over_time("30s", "30s stale_if_error 10m"),
        row("1h", "1h private"),
        row("1h private", "1h public"),
        row("1h", "1h ignore(arg.id)"),
        row("1h ignore(arg.id)", "1h ignore(arg.other)"),
        row("1h ignore(arg.id)", "1h ignore(arg.id) vary(arg.id)"),
        row(
            "1h ignore(arg.id) vary(arg.id)",
            "1h ignore(arg.id) vary(arg.other)",
        ),
        row(
            "1h ignore(arg.id) vary(arg.id)",
            "1h ignore(arg.id) vary(claim.org)",
        ),
        row("1h vary(claim.org)", "1h vary(claim.town)"),
        row("1h max 1", "1h max 9"),
        Row::new("cache", ["1h", "1h tags(things)"], reads, changed),
    ]
}

/// Whether a kept answer about things outlives a call.
async fn outlived(boot: Boot) -> Seen {
    let stand = boot.with([]).await?;
    let thing = || stand.client.call("thing", json!({}));
    let before = said(&thing().await);
    stand.call(json!({})).await;
    Ok(format!("{before}, {}", said(&thing().await)))
}

fn invalidates() -> Vec<Row> {
    vec![
        Row::with_and_without("invalidates", "tags(things)", &[], outlived),
        Row::new(
            "invalidates",
            ["tags(things)", "tags(others)"],
            &[],
            outlived,
        ),
    ]
}

/// The same call twice, ten minutes apart, with one name for both.
async fn twice(boot: Boot) -> Seen {
    let stand = boot.with([]).await?;
    let call = json!({"idempotencyKey": "k"});
    let first = stand.call(call.clone()).await;
    advance(10 * MINUTE).await;
    Ok(format!("{first}, {}", stand.call(call).await))
}

fn idempotency() -> Vec<Row> {
    vec![
        Row::with_and_without("idempotency", "1h", &[], twice),
        Row::new("idempotency", ["1m", "1h"], &[], twice),
        Row::new("idempotency", ["1h", "1h required"], &[], |boot: Boot| {
            boot.call(json!({}))
        }),
    ]
}
