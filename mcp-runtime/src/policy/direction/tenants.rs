//! Which tenants have a tool, before and after.

use std::collections::BTreeSet;

use super::{Direction, Side};

/// Whoever has the tool after and had it not before makes the change a relaxation. `*` are all that are not named, `!acme` has it not.
pub(super) fn direction(before: &Side<'_>, after: &Side<'_>) -> Direction {
    let names = |side: &Side<'_>| -> BTreeSet<String> {
        // Without a list, all have it.
        let names = side.texts.clone().unwrap_or_else(|| vec!["*"]);
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
        (true, _) => Direction::Relaxed,
        (false, true) => Direction::Tightened,
        (false, false) => Direction::Neutral,
    }
}
