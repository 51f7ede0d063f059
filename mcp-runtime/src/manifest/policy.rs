//! The direction of a policy's change, told from its two spellings by the grammar that reads them everywhere.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::time::Duration;

use mcp_grammar::{
    Audit, Auth, Breaker, Cache, Concurrency, Cost, Idempotency, OnError, Rate, Retry, Scope, Size,
    TaskSupport, Timeout, Unit,
};
use serde_json::Value;

use super::diff::{Class, RATE_FOR};

/// What the change from one spelling to the other allows or forbids.
pub(crate) fn direction(option: &str, before: Option<&Value>, after: Option<&Value>) -> Class {
    let option = match option.starts_with(RATE_FOR) {
        true => "rate",
        false => option,
    };
    if option == "tenants" {
        return tenants(before, after);
    }
    let (before, after) = match (before, after) {
        (Some(before), Some(after)) => (before, after),
        (None, Some(after)) => return appeared(option, after),
        (Some(before), None) => return appeared(option, before).reversed(),
        (None, None) => return Class::Neutral,
    };
    // What the grammar of this version does not read, nobody can tell the direction of.
    let both = texts(before).zip(texts(after));
    both.and_then(|(before, after)| told(option, &before, &after))
        .unwrap_or(Class::Relaxed)
}

/// Whoever has the tool after and had it not before makes the change a relaxation. `*` are all that are not named, `!acme` has it not.
fn tenants(before: Option<&Value>, after: Option<&Value>) -> Class {
    let names = |value: Option<&Value>| -> BTreeSet<String> {
        let names = value.and_then(texts).unwrap_or_else(|| vec!["*"]);
        names.into_iter().map(str::to_owned).collect()
    };
    let (before, after) = (names(before), names(after));
    let has = |lists: &BTreeSet<String>, name: &str| {
        lists.contains(name) || (lists.contains("*") && !lists.contains(&format!("!{name}")))
    };
    let all = before.union(&after).map(|it| it.trim_start_matches('!'));
    let (mut opens, mut closes) = (false, false);
    for name in all.chain(["*"]) {
        match (has(&before, name), has(&after, name)) {
            (false, true) => opens = true,
            (true, false) => closes = true,
            _ => {}
        }
    }
    match (opens, closes) {
        (true, _) => Class::Relaxed,
        (false, true) => Class::Tightened,
        (false, false) => Class::Neutral,
    }
}

/// What it means that a policy is there which was not.
fn appeared(option: &str, value: &Value) -> Class {
    match option {
        // A kept answer, a second try and a note to callers forbid nothing.
        "cache" | "retry" | "invalidates" | "deprecated" | "ttl" => Class::Neutral,
        "task" if value != "required" => Class::Neutral,
        _ => Class::Tightened,
    }
}

fn told(option: &str, before: &[&str], after: &[&str]) -> Option<Class> {
    if option == "rate" {
        return rates(before, after);
    }
    let (&[before], &[after]) = (before, after) else {
        return None;
    };
    Some(match option {
        "auth" => auth(before, after)?,
        "timeout" => {
            let (a, b) = (Timeout::parse(before).ok()?, Timeout::parse(after).ok()?);
            both([
                more(b.total, a.total),
                most(a.attempt, b.attempt),
                most(a.idle, b.idle),
            ])
        }
        "retry" => {
            let (a, b) = (Retry::parse(before).ok()?, Retry::parse(after).ok()?);
            more(b.times, a.times)
        }
        "concurrency" => {
            let (a, b) = (
                Concurrency::parse(before).ok()?,
                Concurrency::parse(after).ok()?,
            );
            if a.keys != b.keys {
                return None;
            }
            both([
                more(b.slots, a.slots),
                more(b.queue, a.queue),
                more(b.wait, a.wait),
            ])
        }
        "max_in" | "max_out" => {
            let (a, b) = (Size::parse(before).ok()?, Size::parse(after).ok()?);
            more(bytes(&b), bytes(&a))
        }
        "cache" => {
            let (a, b) = (Cache::parse(before).ok()?, Cache::parse(after).ok()?);
            let public = |cache: &Cache<'_>| cache.scope == Some(Scope::Public);
            more(public(&b), public(&a))
        }
        "audit" => {
            let (a, b) = (Audit::parse(before).ok()?, Audit::parse(after).ok()?);
            both([more(a.level, b.level), more(a.required, b.required)])
        }
        "idempotency" => {
            let (a, b) = (
                Idempotency::parse(before).ok()?,
                Idempotency::parse(after).ok()?,
            );
            both([more(a.keep, b.keep), more(a.required, b.required)])
        }
        "breaker" => {
            let (a, b) = (Breaker::parse(before).ok()?, Breaker::parse(after).ok()?);
            if a.trip == b.trip {
                Class::Neutral
            } else {
                return None;
            }
        }
        "confirm" => match (before, after) {
            ("never", _) => Class::Tightened,
            (_, "never") => Class::Relaxed,
            _ => Class::Neutral,
        },
        "task" => {
            let (a, b) = (
                TaskSupport::parse(before).ok()?,
                TaskSupport::parse(after).ok()?,
            );
            more(a.required, b.required)
        }
        "deprecated" | "invalidates" | "ttl" => Class::Neutral,
        _ => return None,
    })
}

/// Whoever may call after and might not before makes the change a relaxation.
fn auth(before: &str, after: &str) -> Option<Class> {
    let (before, after) = (Auth::parse(before).ok()?, Auth::parse(after).ok()?);
    let (opens, closes) = (!within(&after, &before), !within(&before, &after));
    Some(match (opens, closes) {
        (true, _) => Class::Relaxed,
        (false, true) => Class::Tightened,
        (false, false) => Class::Neutral,
    })
}

/// Whether everybody whom `one` lets in is let in by `other`: each way to satisfy `one` asks for all that some way to satisfy `other` asks for.
fn within(one: &Auth<'_>, other: &Auth<'_>) -> bool {
    if other.is_none() {
        return true;
    }
    if one.is_none() {
        return false;
    }
    let ways = |auth: &Auth<'_>| -> Vec<BTreeSet<String>> {
        let ways = auth.branches();
        ways.iter()
            // Whoever has anything at all is a user, so `user` asks for nothing more.
            .map(|way| {
                way.iter()
                    .map(|leaf| format!("{leaf:?}"))
                    .filter(|leaf| leaf != "User")
                    .collect()
            })
            .collect()
    };
    let others = ways(other);
    ways(one)
        .iter()
        .all(|way| others.iter().any(|other| other.is_subset(way)))
}

fn rates(before: &[&str], after: &[&str]) -> Option<Class> {
    let (mut opens, mut closes) = (false, false);
    let read = |text| Rate::parse(text).ok();
    for text in before {
        let old = read(text)?;
        let counterpart = after
            .iter()
            .copied()
            .filter_map(read)
            .filter(|new| same_bucket(&old, new))
            // Of several that count by the same, the one over the same time is meant.
            .min_by_key(|new| new.window != old.window);
        match counterpart {
            Some(new) => match rate(&old, &new) {
                Class::Relaxed => opens = true,
                Class::Tightened => closes = true,
                _ => {}
            },
            None => opens = true,
        }
    }
    for text in after {
        let new = read(text)?;
        if !before
            .iter()
            .copied()
            .filter_map(read)
            .any(|old| same_bucket(&old, &new))
        {
            closes = true;
        }
    }
    Some(match (opens, closes) {
        (true, _) => Class::Relaxed,
        (false, true) => Class::Tightened,
        (false, false) => Class::Neutral,
    })
}

fn same_bucket(one: &Rate<'_>, other: &Rate<'_>) -> bool {
    one.keys == other.keys && one.shared == other.shared
}

fn rate(before: &Rate<'_>, after: &Rate<'_>) -> Class {
    let flow = |rate: &Rate<'_>| {
        u128::from(rate.limit) * 1_000_000_000_000 / rate.window.as_nanos().max(1)
    };
    let cost = |rate: &Rate<'_>| match rate.cost {
        Cost::Fixed(cost) => Some(cost),
        _ => None,
    };
    let costs = match (cost(before), cost(after)) {
        (Some(before), Some(after)) => more(before, after),
        _ if before.cost == after.cost => Class::Neutral,
        _ => Class::Relaxed,
    };
    let strict = |rate: &Rate<'_>| match rate.on_error {
        Some(OnError::Closed) => 2,
        Some(OnError::Open) => 0,
        _ => 1,
    };
    both([
        more(flow(after), flow(before)),
        more(after.burst, before.burst),
        costs,
        more(strict(before), strict(after)),
    ])
}

/// A larger number is a relaxation.
fn more<T: PartialOrd>(after: T, before: T) -> Class {
    match after.partial_cmp(&before) {
        Some(Ordering::Greater) => Class::Relaxed,
        Some(Ordering::Less) => Class::Tightened,
        _ => Class::Neutral,
    }
}

/// A longer bound is a relaxation, and so is none.
fn most(before: Option<Duration>, after: Option<Duration>) -> Class {
    more(
        after.unwrap_or(Duration::MAX),
        before.unwrap_or(Duration::MAX),
    )
}

/// One relaxation among several makes a relaxation.
fn both<const N: usize>(classes: [Class; N]) -> Class {
    [Class::Relaxed, Class::Tightened]
        .into_iter()
        .find(|class| classes.contains(class))
        .unwrap_or(Class::Neutral)
}

fn bytes(size: &Size) -> u64 {
    match size.unit {
        Unit::Bytes => size.most,
        // About as many as a token has, in English.
        Unit::Tokens => size.most.saturating_mul(4),
    }
}

fn texts(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(text) => Some(vec![text]),
        Value::Array(items) => items.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

impl Class {
    fn reversed(self) -> Self {
        match self {
            Self::Relaxed => Self::Tightened,
            Self::Tightened => Self::Relaxed,
            other => other,
        }
    }
}
