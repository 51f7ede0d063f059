//! Who may call, before and after.

use std::collections::BTreeSet;

use mcp_grammar::Auth;

use super::{Direction, read};

/// Whoever may call after and might not before makes the change a relaxation. What nobody has decided is served on this machine alone, so
/// that every word on it but `none` closes something.
pub(super) fn direction(before: Option<&str>, after: Option<&str>) -> Option<Direction> {
    let (before, after) = (read(before, Auth::parse)?, read(after, Auth::parse)?);
    let (opens, closes) = match (&before, &after) {
        (Some(before), Some(after)) => (!within(after, before), !within(before, after)),
        (None, Some(after)) => (after.is_none(), true),
        (Some(before), None) => (!before.is_none(), true),
        (None, None) => (false, false),
    };
    Some(match (opens, closes) {
        (true, _) => Direction::Relaxed,
        (false, true) => Direction::Tightened,
        (false, false) => Direction::Neutral,
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
