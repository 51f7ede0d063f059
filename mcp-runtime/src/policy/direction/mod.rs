//! The direction of a policy's change, told from its two spellings by the grammar that reads them everywhere.
//!
//! A policy that is not written has a default, and that is what the other side is compared with. What cannot be told counts as a relaxation:
//! a reviewer is asked once too often rather than never.

mod auth;
mod cache;
mod rate;
mod tenants;

use std::cmp::Ordering;
use std::time::Duration;

use mcp_grammar::{
    Audit, Breaker, Concurrency, Error, Idempotency, Level, Policies, Retry, Size, TaskSupport,
    Timeout, TooLarge, Trip, Unit,
};

/// What a change allows or forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Something is allowed that was not: to more callers, more often, for longer.
    Relaxed,
    /// Something is not allowed any more, and nothing else is.
    Tightened,
    Neutral,
}

/// One side of a change.
#[derive(Debug)]
pub(crate) struct Side<'a> {
    /// The texts of the policy, if it is declared. A policy whose value is no text has none.
    pub(crate) texts: Option<Vec<&'a str>>,
    /// All that the tool declares: defaults hang on it.
    pub(crate) tool: &'a Policies<'a>,
}

impl<'a> Side<'a> {
    /// The one text of the policy, if it is declared. Nothing at all where there are several.
    fn text(&self) -> Option<Option<&'a str>> {
        match self.texts.as_deref() {
            None => Some(None),
            Some(&[text]) => Some(Some(text)),
            Some(_) => None,
        }
    }
}

/// What the change of one option from one side to the other allows or forbids.
pub(crate) fn direction(option: &str, before: &Side<'_>, after: &Side<'_>) -> Direction {
    if before.texts.is_none() && after.texts.is_none() {
        return Direction::Neutral;
    }
    // What the grammar of this version does not read, nobody can tell the direction of.
    let told = match option {
        "rate" => rate::direction(before, after),
        "tenants" => Some(tenants::direction(before, after)),
        _ => told(option, before, after),
    };
    told.unwrap_or(Direction::Relaxed)
}

fn told(option: &str, before: &Side<'_>, after: &Side<'_>) -> Option<Direction> {
    let (a, b) = (before.text()?, after.text()?);
    Some(match option {
        "auth" => auth::direction(a, b)?,
        "cache" => cache::direction(before, after)?,
        "when" => match (a, b) {
            (None, _) => Direction::Tightened,
            (_, None) => Direction::Relaxed,
            _ => return None,
        },
        "timeout" => {
            let (a, b) = (times(a, before.tool)?, times(b, after.tool)?);
            let one = |a: Timeout, b: Timeout| {
                [
                    more(b.total, a.total),
                    most(a.attempt, b.attempt),
                    most(a.idle, b.idle),
                ]
            };
            all(a.into_iter().zip(b).flat_map(|(a, b)| one(a, b)))
        }
        "retry" => match (read(a, Retry::parse)?, read(b, Retry::parse)?) {
            (Some(a), Some(b)) => all([
                more(b.times, a.times),
                // Who waits less comes more often.
                more(a.first, b.first),
                more(a.longest, b.longest),
            ]),
            // Without it a call is tried once.
            (None, _) => Direction::Relaxed,
            (_, None) => Direction::Tightened,
        },
        "breaker" => bound(read(a, Breaker::parse)?, read(b, Breaker::parse)?, breaker)?,
        "concurrency" => bound(
            read(a, Concurrency::parse)?,
            read(b, Concurrency::parse)?,
            concurrency,
        )?,
        "max_in" => size(read(a, Size::parse)?, read(b, Size::parse)?, Size::MAX_IN)?,
        "max_out" => size(read(a, Size::parse)?, read(b, Size::parse)?, Size::MAX_OUT)?,
        "audit" => {
            let (a, b) = (audit(a, before.tool)?, audit(b, after.tool)?);
            all([more(a.level, b.level), more(a.required, b.required)])
        }
        "idempotency" => bound(
            read(a, Idempotency::parse)?,
            read(b, Idempotency::parse)?,
            |a, b| Some(all([more(a.keep, b.keep), more(a.required, b.required)])),
        )?,
        "confirm" => {
            // Nobody is asked either way; `never` only says that this is meant.
            let asks = |text: Option<&str>| text.is_some_and(|text| text != "never");
            more(asks(a), asks(b))
        }
        "confirm_ttl" => match (a, b) {
            (Some(a), Some(b)) => longer(a, b)?,
            // It comes and goes with the question.
            _ => Direction::Neutral,
        },
        "task" => {
            let must = |support: Option<TaskSupport>| support.is_some_and(|it| it.required);
            let (a, b) = (read(a, TaskSupport::parse)?, read(b, TaskSupport::parse)?);
            more(must(a), must(b))
        }
        "ttl" => match (a, b) {
            (Some(a), Some(b)) => longer(a, b)?,
            _ if before.tool.timeout.is_some() && after.tool.timeout.is_some() => {
                Direction::Neutral
            }
            // Without a time of its own, a task has all the time that it is kept.
            _ => {
                let most = |text: Option<&str>| match text {
                    Some(text) => TaskSupport::parse_ttl(text).ok(),
                    None => Some(Timeout::DEFAULT.total),
                };
                more(most(b)?, most(a)?)
            }
        },
        // Listed for those who may not call it: they learn that it is there.
        "visible" => more(b.is_some(), a.is_some()),
        "deprecated" | "invalidates" => Direction::Neutral,
        _ => return None,
    })
}

/// What the text says; nothing at all where it is not understood.
fn read<'a, T>(
    text: Option<&'a str>,
    parse: impl Fn(&'a str) -> Result<T, Error<'a>>,
) -> Option<Option<T>> {
    text.map(parse).transpose().ok()
}

/// A policy that bounds something where it is declared, and nothing where it is not.
fn bound<T>(
    before: Option<T>,
    after: Option<T>,
    compare: impl Fn(T, T) -> Option<Direction>,
) -> Option<Direction> {
    match (before, after) {
        (Some(before), Some(after)) => compare(before, after),
        (None, None) => Some(Direction::Neutral),
        (None, Some(_)) => Some(Direction::Tightened),
        (Some(_), None) => Some(Direction::Relaxed),
    }
}

/// How long a call may take that is waited for, and one that runs as a task.
fn times(text: Option<&str>, tool: &Policies<'_>) -> Option<[Timeout; 2]> {
    if let Some(declared) = read(text, Timeout::parse)? {
        return Some([declared; 2]);
    }
    let Some(task) = tool.task else {
        return Some([Timeout::DEFAULT; 2]);
    };
    let polled = Timeout {
        total: task.ttl,
        ..Timeout::DEFAULT
    };
    let waited = match task.required {
        true => polled,
        false => Timeout::DEFAULT,
    };
    Some([waited, polled])
}

fn breaker(a: Breaker<'_>, b: Breaker<'_>) -> Option<Direction> {
    let trip = match (a.trip, b.trip) {
        (Trip::Row(a), Trip::Row(b)) => more(b, a),
        (
            Trip::Share {
                percent: p,
                calls: c,
                window: w,
            },
            Trip::Share {
                percent,
                calls,
                window,
            },
            // A longer look sees more failures and more of everything else.
        ) if w == window => all([more(percent, p), more(calls, c)]),
        _ => return None,
    };
    // Another upstream is another state.
    if a.shared != b.shared {
        return None;
    }
    Some(all([trip, more(a.open, b.open), more(b.probes, a.probes)]))
}

fn concurrency(a: Concurrency<'_>, b: Concurrency<'_>) -> Option<Direction> {
    (a.keys == b.keys).then(|| {
        all([
            more(b.slots, a.slots),
            more(b.queue, a.queue),
            more(b.wait, a.wait),
        ])
    })
}

fn size(before: Option<Size>, after: Option<Size>, default: Size) -> Option<Direction> {
    let (a, b) = (before.unwrap_or(default), after.unwrap_or(default));
    // Counted in tokens, a picture of any size is one of a fixed size.
    if a.unit == Unit::Bytes && b.unit == Unit::Tokens {
        return None;
    }
    let bytes = |size: Size| match size.unit {
        Unit::Bytes => size.most,
        // About as many as a token has, in English.
        Unit::Tokens => size.most.saturating_mul(4),
    };
    // How much of what is too large is given after all.
    let given = |size: Size| match size.then {
        TooLarge::Error => 0,
        TooLarge::Truncate => 1,
        TooLarge::Link => 2,
    };
    Some(all([more(bytes(b), bytes(a)), more(given(b), given(a))]))
}

fn audit(text: Option<&str>, tool: &Policies<'_>) -> Option<Audit> {
    let level = match tool.read_only {
        true => Level::Meta,
        false => Level::Args,
    };
    let default = Audit {
        level,
        required: false,
    };
    Some(read(text, Audit::parse)?.unwrap_or(default))
}

/// A longer time is a relaxation.
fn longer(before: &str, after: &str) -> Option<Direction> {
    let time = |text| TaskSupport::parse_ttl(text).ok();
    Some(more(time(after)?, time(before)?))
}

/// A larger number is a relaxation.
fn more<T: PartialOrd>(after: T, before: T) -> Direction {
    match after.partial_cmp(&before) {
        Some(Ordering::Greater) => Direction::Relaxed,
        Some(Ordering::Less) => Direction::Tightened,
        _ => Direction::Neutral,
    }
}

/// A longer bound is a relaxation, and so is none.
fn most(before: Option<Duration>, after: Option<Duration>) -> Direction {
    more(
        after.unwrap_or(Duration::MAX),
        before.unwrap_or(Duration::MAX),
    )
}

/// One relaxation among several makes a relaxation.
fn all(directions: impl IntoIterator<Item = Direction>) -> Direction {
    let mut all = Direction::Neutral;
    for direction in directions {
        match direction {
            Direction::Relaxed => return Direction::Relaxed,
            Direction::Tightened => all = Direction::Tightened,
            Direction::Neutral => {}
        }
    }
    all
}
