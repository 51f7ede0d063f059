//! How often, how many at a time, how large.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::advance;

use super::stand::{Boot, Stand, said};
use super::{Row, Said, Seen};
use crate::script::{Step, settle};

pub(super) fn rows() -> Vec<Row> {
    [rate(), keys(), store(), concurrency(), size()]
        .into_iter()
        .flatten()
        .collect()
}

/// Five calls at once, and five more after a second.
async fn bursts(boot: Boot) -> Seen {
    let stand = boot.with([]).await?;
    let mut said = Vec::new();
    for _ in 0..2 {
        for _ in 0..5 {
            said.push(
                stand
                    .call(json!({"n": 2, "items": ["a", "b", "c"], "id": "x"}))
                    .await,
            );
        }
        advance(Duration::from_secs(1)).await;
    }
    Ok(said.join(", "))
}

/// Two callers who have all but their names in common, with two arguments each.
async fn two_callers(boot: Boot) -> Seen {
    let stand = boot.with([]).await?;
    let mut said = Vec::new();
    for name in ["ada", "bob"] {
        for id in ["a", "b"] {
            said.push(stand.call_as(name, json!({"id": id, "other": "o"})).await);
        }
    }
    Ok(said.join(", "))
}

/// The tool, and another one of the same policies.
async fn two_tools(boot: Boot) -> Seen {
    let stand = boot.with([]).await?;
    let first = stand.call(json!({})).await;
    let second = said(&stand.client.call("sibling", json!({})).await);
    Ok(format!("{first}, {second}"))
}

async fn thrice(boot: Boot) -> Seen {
    boot.calls([json!({}), json!({}), json!({})]).await
}

fn rate() -> Vec<Row> {
    let row = |one, other| Row::new("rate", [one, other], &[], bursts);
    let cached: &[Said] = &[("read_only", ""), ("cache", "60s")];
    vec![
        Row::with_and_without("rate", "1/h", &[], bursts),
        row("1/s burst 4", "2/s burst 4"),
        row("1/s burst 4", "1/h burst 4"),
        row("1/h burst 2", "1/h"),
        row("4/h cost 1", "4/h cost 2"),
        row("4/h cost arg.n", "4/h"),
        row("4/h cost arg.n", "4/h cost arg.id"),
        row("4/h cost len(arg.items)", "4/h cost arg.n"),
        row("4/h cost len(arg.items)", "4/h cost len(arg.id)"),
        Row::new("rate", ["2/h", "2/h count calls"], cached, thrice),
        Row::new("rate", ["1/h", "1/h shared both"], &[], two_tools),
    ]
}

fn keys() -> Vec<Row> {
    let row = |one, other| Row::new("rate", [one, other], &[], two_callers);
    vec![
        Row::new("rate", ["1/h", "1/h per caller"], &[], two_callers),
        row("1/h per caller", "1/h per global"),
        row("1/h per caller", "1/h per tenant"),
        row("1/h per caller", "1/h per client"),
        row("1/h per caller", "1/h per ip"),
        row("1/h per caller", "1/h per arg.id"),
        row("1/h per caller", "1/h per claim.org"),
        row("1/h per arg.id", "1/h per arg.other"),
        row("1/h per claim.org", "1/h per claim.none"),
    ]
}

/// Calls while the store of the buckets is away.
async fn without_a_store(boot: Boot) -> Seen {
    let stand = boot.with([]).await?;
    stand.away.set(true);
    let mut said = Vec::new();
    for _ in 0..2 {
        said.push(stand.call(json!({})).await);
    }
    Ok(said.join(", "))
}

fn store() -> Vec<Row> {
    let row = |one, other| Row::new("rate", [one, other], &[], without_a_store);
    vec![
        row("1/h", "1/h on_error open"),
        row("1/h on_error local", "1/h on_error open"),
        row("1/h on_error local", "1/h on_error closed"),
    ]
}

/// Three calls at a time, each of which takes a second, by each of two callers.
async fn crowd(boot: Boot) -> Seen {
    let steps = || Step::Take(Duration::from_secs(1));
    let stand = boot.with([(); 6].map(|()| steps())).await?;
    let started = tokio::time::Instant::now();
    let calls = ["ada", "bob"].map(|name| three(&stand, name));
    let said = futures_util::future::join_all(calls).await.concat();
    let mut said: Vec<&str> = said
        .iter()
        .map(|said| if said.starts_with("run") { "ran" } else { said })
        .collect();
    said.sort_unstable();
    Ok(format!("{said:?} in {} s", started.elapsed().as_secs()))
}

async fn three(stand: &Stand, name: &str) -> Vec<String> {
    let calls = [(); 3].map(|()| stand.call_as(name, json!({})));
    let said = futures_util::future::join_all(calls).await;
    settle().await;
    said
}

fn concurrency() -> Vec<Row> {
    let row = |one, other| Row::new("concurrency", [one, other], &[], crowd);
    vec![
        Row::with_and_without("concurrency", "1", &[], crowd),
        row("1", "2"),
        row("1 queue 1 wait 5s", "1 queue 2 wait 5s"),
        row("1 queue 9 wait 1500ms", "1 queue 9 wait 9s"),
        row("1", "1 per caller"),
        row("1 per caller", "1 per ip"),
    ]
}

/// An answer, or where it can be read: the address is another one each time.
async fn linked(boot: Boot) -> Seen {
    let said = boot.call(json!({})).await?;
    let before = said.split("result://").next();
    Ok(before.unwrap_or(&said).to_owned())
}

fn size() -> Vec<Row> {
    // `{"id":".."}` of 20 bytes, and an answer of 5.
    let argument: Value = json!({"id": "0123456789"});
    let row = |option, one, other| {
        let argument = argument.clone();
        Row::new(option, [one, other], &[], move |boot: Boot| {
            boot.call(argument.clone())
        })
    };
    vec![
        Row::with_and_without("max_in", "8B", &[], {
            let argument = argument.clone();
            move |boot: Boot| boot.call(argument.clone())
        }),
        row("max_in", "8B", "64B"),
        row("max_in", "8B", "8tok"),
        row("max_in", "8B", "8B truncate"),
        Row::with_and_without("max_out", "4B", &[], |boot: Boot| boot.call(json!({}))),
        row("max_out", "4B", "64B"),
        row("max_out", "4B", "4tok"),
        // What is cut says so, and needs room for that.
        Row::new("max_out", ["50B", "50B truncate"], &[], |boot: Boot| {
            boot.call(json!({"items": ["x".repeat(60)]}))
        }),
        Row::new("max_out", ["4B", "4B link"], &[], linked),
    ]
}
