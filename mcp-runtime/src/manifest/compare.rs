//! What changed of one tool that stands in both manifests.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use mcp_grammar::Policies;
use serde_json::{Map, Value};

use super::diff::{Change, Class, shown};
use super::schema;
use crate::policy::{Side, direction};

/// What the rates of one tenant are named by, before its name.
pub(super) const RATE_FOR: &str = "rate for ";

/// One tool of a manifest.
type Entry = Map<String, Value>;

/// Appends what changed.
pub(super) fn compare(name: &str, before: &Entry, after: &Entry, changes: &mut Vec<Change>) {
    let mut push = |what: &str, class, before: Option<&Value>, after: Option<&Value>| {
        changes.push(Change {
            tool: name.to_owned(),
            what: what.to_owned(),
            class,
            before: before.map(shown),
            after: after.map(shown),
        });
    };
    for (field, direction) in [
        ("inputSchema", schema::Direction::Input),
        ("outputSchema", schema::Direction::Output),
    ] {
        let (old, new) = (before.get(field), after.get(field));
        if old != new {
            let class = match schema::is_compatible(old, new, direction) {
                true => Class::Compatible,
                false => Class::Breaking,
            };
            let hash = |tool: &Entry| tool.get(&format!("{field}Hash")).cloned();
            push(field, class, hash(before).as_ref(), hash(after).as_ref());
        }
    }
    for field in ["description", "title", "mimeType"] {
        let (old, new) = (before.get(field), after.get(field));
        if old != new {
            push(field, Class::Neutral, old, new);
        }
    }
    let mut explained = false;
    let (old, new) = (before.get("annotations"), after.get("annotations"));
    if old != new {
        explained = true;
        push("annotations", annotations(old, new), old, new);
    }
    let (was, is) = (read(name, before), read(name, after));
    let options: BTreeSet<&String> = options(before).chain(options(after)).collect();
    for option in options {
        let (old, new) = (value(before, option), value(after, option));
        if old != new {
            explained = true;
            let before = Side {
                texts: old.map(texts),
                tool: &was,
            };
            let after = Side {
                texts: new.map(texts),
                tool: &is,
            };
            let policy = match option.starts_with(RATE_FOR) {
                true => "rate",
                false => option,
            };
            push(option, direction(policy, &before, &after).into(), old, new);
        }
    }
    let (old, new) = (before.get("policyHash"), after.get("policyHash"));
    if old != new && !explained {
        // Something of the policies changed that no line shows: its direction cannot be told.
        push("policyHash", Class::Relaxed, old, new);
    }
}

/// A tool that now says it only reads, or destroys nothing, is let through by clients that ask less.
fn annotations(before: Option<&Value>, after: Option<&Value>) -> Class {
    let hint = |annotations: Option<&Value>, name: &str, default: bool| {
        annotations
            .and_then(|annotations| annotations.get(name)?.as_bool())
            .unwrap_or(default)
    };
    let trust = |annotations| {
        u8::from(hint(annotations, "readOnlyHint", false))
            + u8::from(!hint(annotations, "destructiveHint", true))
    };
    match trust(after).cmp(&trust(before)) {
        Ordering::Greater => Class::Relaxed,
        Ordering::Less => Class::Tightened,
        Ordering::Equal => Class::Neutral,
    }
}

fn options(tool: &Entry) -> impl Iterator<Item = &String> {
    let policies = tool.get("policies").and_then(Value::as_object);
    policies.into_iter().flat_map(Map::keys)
}

/// What holds of a policy. A tenant without a rate of its own has that of the others, and they what is declared for all.
fn value<'a>(tool: &'a Entry, option: &str) -> Option<&'a Value> {
    let policies = tool.get("policies")?;
    let others = format!("{RATE_FOR}*");
    let instead: &[&str] = match option.starts_with(RATE_FOR) {
        true => &[&others, "rate"],
        false => &[],
    };
    let names = std::iter::once(option).chain(instead.iter().copied());
    let policy = names.into_iter().find_map(|name| policies.get(name))?;
    policy.get("value")
}

/// The policies of a tool, as far as this version understands them: the defaults of one hang on others.
fn read<'a>(name: &str, tool: &'a Entry) -> Policies<'a> {
    let mut policies = Policies::new();
    let hint = |name: &str| tool.get("annotations")?.get(name)?.as_bool();
    // The address of a resource and the `prompts/` of a prompt have signs that no tool's name has. Both only read, and no hint says so.
    policies.read_only = hint("readOnlyHint") == Some(true) || name.contains([':', '/']);
    policies.destructive = hint("destructiveHint");
    for option in options(tool) {
        for text in value(tool, option).map(texts).into_iter().flatten() {
            // What is not understood is told of where it changes.
            let _ = policies.read(option, text);
        }
    }
    policies
}

/// The texts of a policy's value; of what is no text, none.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => {
            let texts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
            texts.unwrap_or_default()
        }
        _ => Vec::new(),
    }
}
