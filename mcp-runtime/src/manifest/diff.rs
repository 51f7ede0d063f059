//! What changed between two manifests, and in which direction: what a reviewer of a pull request wants to know.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Map, Value};

use super::compare::compare;
use super::scopes;
use crate::policy::Direction;

/// One difference between two manifests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The tool it is about.
    pub tool: String,
    /// What of the tool: `auth`, `rate`, `schema`, `description`, or `tool` for all of it.
    pub what: String,
    /// The direction.
    pub class: Class,
    /// What it was, where there was something.
    pub before: Option<String>,
    /// What it is, where there is something.
    pub after: Option<String>,
}

/// The direction of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A tool that was not there.
    Added,
    /// A tool that is not there any more.
    Removed,
    /// Something is allowed that was not: to more callers, more often, for longer. A change whose direction cannot be told counts as this one.
    Relaxed,
    /// Something is not allowed any more.
    Tightened,
    /// A schema by which calls or answers that were right may be wrong now.
    Breaking,
    /// A schema by which everything that was right still is.
    Compatible,
    /// None of these.
    Neutral,
}

impl Class {
    /// Every class, in the order of the table.
    pub const ALL: [Self; 7] = [
        Self::Added,
        Self::Removed,
        Self::Relaxed,
        Self::Tightened,
        Self::Breaking,
        Self::Compatible,
        Self::Neutral,
    ];

    /// The class's name, as `--deny` takes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Relaxed => "relaxed",
            Self::Tightened => "tightened",
            Self::Breaking => "breaking",
            Self::Compatible => "compatible",
            Self::Neutral => "neutral",
        }
    }
}

impl From<Direction> for Class {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Relaxed => Self::Relaxed,
            Direction::Tightened => Self::Tightened,
            Direction::Neutral => Self::Neutral,
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Every difference, by tool and then by class.
#[must_use]
pub fn diff(before: &Value, after: &Value) -> Vec<Change> {
    let mut changes = scopes::changes(before, after);
    let (before, after) = (tools(before), tools(after));
    let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    for name in names {
        match (before.get(name), after.get(name)) {
            (Some(before), Some(after)) => compare(name, before, after, &mut changes),
            (None, Some(tool)) => changes.push(whole(name, Class::Added, None, Some(tool))),
            (Some(tool), None) => changes.push(whole(name, Class::Removed, Some(tool), None)),
            (None, None) => {}
        }
    }
    changes.sort_by(|a, b| (&a.tool, a.class, &a.what).cmp(&(&b.tool, b.class, &b.what)));
    changes
}

/// The differences as a table in Markdown, for a pull request.
#[must_use]
pub fn table(changes: &[Change]) -> String {
    if changes.is_empty() {
        return "No change.\n".to_owned();
    }
    let mut table = String::from(
        "| tool | what | change | before | after |\n| --- | --- | --- | --- | --- |\n",
    );
    let cell = |value: &Option<String>| match value {
        Some(value) => format!("`{}`", value.replace('|', "\\|").replace('`', "'")),
        None => "–".to_owned(),
    };
    for change in changes {
        let Change {
            tool, what, class, ..
        } = change;
        let (before, after) = (cell(&change.before), cell(&change.after));
        let class = match class {
            Class::Relaxed | Class::Breaking => format!("**{class}**"),
            class => class.to_string(),
        };
        table.push_str(&format!(
            "| {tool} | {what} | {class} | {before} | {after} |\n"
        ));
    }
    table
}

fn tools(manifest: &Value) -> BTreeMap<&str, &Map<String, Value>> {
    // Their names differ: a resource goes by its address, and a prompt by `prompts/name`.
    let lists = ["tools", "resources", "prompts"].into_iter();
    let lists = lists.filter_map(|list| manifest.get(list)?.as_array());
    lists
        .flatten()
        .filter_map(|tool| Some((tool.get("name")?.as_str()?, tool.as_object()?)))
        .collect()
}

fn whole(
    name: &str,
    class: Class,
    before: Option<&&Map<String, Value>>,
    after: Option<&&Map<String, Value>>,
) -> Change {
    let auth = |tool: &&Map<String, Value>| {
        let auth = tool.get("policies")?.get("auth")?.get("value")?;
        Some(format!("auth {}", shown(auth)))
    };
    Change {
        tool: name.to_owned(),
        what: "tool".to_owned(),
        class,
        before: before.and_then(auth),
        after: after.and_then(auth),
    }
}

pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
