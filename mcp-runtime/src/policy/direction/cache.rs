//! Who may be given an answer that was kept, before and after. How long an answer is fresh forbids nothing; whether one may be given that is
//! not fresh any more does.

use std::time::Duration;

use mcp_grammar::{Cache, Scope};

use super::{Direction, Side, all, more, read};

pub(super) fn direction(before: &Side<'_>, after: &Side<'_>) -> Option<Direction> {
    Some(match (cache(before)?, cache(after)?) {
        (Some((a, was_public)), Some((b, is_public))) => all([
            more(is_public, was_public),
            stale(a.swr, b.swr),
            stale(a.stale_if_error, b.stale_if_error),
            // What no longer tells answers apart mixes them.
            told_apart(a.vary.as_slice(), b.vary.as_slice()),
            told_apart(b.ignore.as_slice(), a.ignore.as_slice()),
            // What no longer throws an answer away keeps it.
            told_apart(a.tags.as_slice(), b.tags.as_slice()),
            more(b.max.unwrap_or(u32::MAX), a.max.unwrap_or(u32::MAX)),
        ]),
        // Nobody was given what was made for somebody else.
        (None, Some((_, true))) if after.tool.auth.is_some_and(|auth| !auth.is_none()) => {
            Direction::Relaxed
        }
        (Some((_, true)), None) if before.tool.auth.is_some_and(|auth| !auth.is_none()) => {
            Direction::Tightened
        }
        _ => Direction::Neutral,
    })
}

/// The cache, if one is declared, and whether its answers are for everybody.
fn cache<'a>(side: &Side<'a>) -> Option<Option<(Cache<'a>, bool)>> {
    let cache = read(side.text()?, Cache::parse)?;
    Some(cache.map(|cache| (cache, is_public(&cache, side))))
}

fn is_public(cache: &Cache<'_>, side: &Side<'_>) -> bool {
    match cache.scope {
        Some(scope) => scope == Scope::Public,
        None => side.tool.auth.is_none_or(|auth| auth.is_none()),
    }
}

/// How long an answer may be given that is not fresh any more.
fn stale(before: Option<Duration>, after: Option<Duration>) -> Direction {
    more(after.unwrap_or_default(), before.unwrap_or_default())
}

/// Whether what was named still is.
fn told_apart<T: PartialEq>(before: &[T], after: &[T]) -> Direction {
    let all_in = |some: &[T], others: &[T]| some.iter().all(|one| others.contains(one));
    match (all_in(before, after), all_in(after, before)) {
        (false, _) => Direction::Relaxed,
        (true, false) => Direction::Tightened,
        (true, true) => Direction::Neutral,
    }
}
