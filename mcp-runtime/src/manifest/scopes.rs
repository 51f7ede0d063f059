//! Which scopes include which: a scope that includes another opens every tool that asks for the other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::diff::{Change, Class, shown};

/// Where a scope includes others, and its name.
type Scope<'a> = (Option<&'a str>, &'a str);

/// What changed between two manifests' `implies`.
pub(super) fn changes(before: &Value, after: &Value) -> Vec<Change> {
    let (before, after) = (table(before), table(after));
    let scopes: BTreeSet<Scope<'_>> = before.keys().chain(after.keys()).copied().collect();
    let changes = scopes.into_iter().filter_map(|scope| {
        let (old, new) = (before.get(&scope).copied(), after.get(&scope).copied());
        let (old_set, new_set) = (included(old), included(new));
        let class = match (new_set.is_subset(&old_set), old_set.is_subset(&new_set)) {
            (true, true) => return None,
            (true, false) => Class::Tightened,
            (false, _) => Class::Relaxed,
        };
        let (server, name) = scope;
        Some(Change {
            tool: server.map_or("(server)".to_owned(), |server| format!("({server})")),
            what: format!("implies {name}"),
            class,
            before: old.map(shown),
            after: new.map(shown),
        })
    });
    changes.collect()
}

fn table(manifest: &Value) -> BTreeMap<Scope<'_>, &Value> {
    let entries = manifest.get("implies").and_then(Value::as_array);
    entries.into_iter().flatten().filter_map(entry).collect()
}

fn entry(entry: &Value) -> Option<(Scope<'_>, &Value)> {
    let server = entry.get("server").and_then(Value::as_str);
    let scope = (server, entry.get("scope")?.as_str()?);
    Some((scope, entry.get("includes")?))
}

fn included(scopes: Option<&Value>) -> BTreeSet<&str> {
    let scopes = scopes.and_then(Value::as_array);
    scopes
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}
