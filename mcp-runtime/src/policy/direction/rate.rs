//! How often a tool may be called, before and after.

use mcp_grammar::{Cost, Count, OnError, Rate};

use super::{Direction, Side, all, more};
use crate::policy::rate::keys;

/// A bucket as it holds for its tool.
struct Bucket<'a> {
    rate: Rate<'a>,
    on_error: OnError,
}

/// A call has to pass every bucket: each that was there needs one that is no looser, or something is allowed that was not.
pub(super) fn direction(before: &Side<'_>, after: &Side<'_>) -> Option<Direction> {
    let (before, after) = (buckets(before)?, buckets(after)?);
    let held = |some: &[Bucket<'_>], by: &[Bucket<'_>]| {
        some.iter().all(|old| {
            let mut counterparts = by
                .iter()
                .filter(|new| counts_the_same(&old.rate, &new.rate));
            counterparts.any(|new| bucket(old, new) != Direction::Relaxed)
        })
    };
    Some(match (held(&before, &after), held(&after, &before)) {
        (false, _) => Direction::Relaxed,
        (true, false) => Direction::Tightened,
        (true, true) => Direction::Neutral,
    })
}

fn buckets<'a>(side: &Side<'a>) -> Option<Vec<Bucket<'a>>> {
    let Some(texts) = &side.texts else {
        return Some(Vec::new());
    };
    // A limit without a bucket is none that anybody wrote.
    if texts.is_empty() {
        return None;
    }
    let has_caller = side
        .tool
        .auth
        .is_some_and(|auth| auth.guarantees_principal());
    let bucket = |text: &&'a str| {
        let mut rate = Rate::parse(text).ok()?;
        rate.keys = keys(&rate, has_caller);
        let on_error = rate.on_error.unwrap_or_else(|| side.tool.on_error());
        Some(Bucket { rate, on_error })
    };
    texts.iter().map(bucket).collect()
}

fn counts_the_same(one: &Rate<'_>, other: &Rate<'_>) -> bool {
    one.keys == other.keys && one.shared == other.shared
}

fn bucket(before: &Bucket<'_>, after: &Bucket<'_>) -> Direction {
    let (a, b) = (&before.rate, &after.rate);
    let flow = |rate: &Rate<'_>| {
        u128::from(rate.limit) * 1_000_000_000_000 / rate.window.as_nanos().max(1)
    };
    let costs = match (a.cost, b.cost) {
        (Cost::Fixed(before), Cost::Fixed(after)) => more(before, after),
        (before, after) if before == after => Direction::Neutral,
        _ => Direction::Relaxed,
    };
    let strict = |on_error: OnError| match on_error {
        OnError::Closed => 2,
        OnError::Local => 1,
        OnError::Open => 0,
    };
    let counts_all = |rate: &Rate<'_>| rate.count == Count::Calls;
    all([
        more(flow(b), flow(a)),
        more(b.burst, a.burst),
        costs,
        more(counts_all(a), counts_all(b)),
        more(strict(before.on_error), strict(after.on_error)),
    ])
}
