//! Whether a schema still takes what the one before it took.

use serde_json::{Map, Value};

/// Who is bound by the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// Callers: what they sent before must still be taken.
    Input,
    /// The server: what callers read before must still be there.
    Output,
}

/// Keywords that say nothing about which values fit.
const WORDS: [&str; 8] = [
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "$schema",
    "$comment",
    "writeOnly",
];

/// Whether everything that was right is right still. What cannot be told counts as no.
pub(super) fn is_compatible(
    before: Option<&Value>,
    after: Option<&Value>,
    direction: Direction,
) -> bool {
    match (before, after, direction) {
        (Some(before), Some(after), Direction::Input) => takes_all(before, after),
        // What is promised to readers may become more, and nothing may go.
        (Some(before), Some(after), Direction::Output) => takes_all(after, before),
        (None, Some(_), Direction::Output) => true,
        _ => before == after,
    }
}

/// Whether `wide` takes whatever `narrow` takes.
fn takes_all(narrow: &Value, wide: &Value) -> bool {
    match (narrow, wide) {
        (Value::Object(narrow), Value::Object(wide)) => objects(narrow, wide),
        (_, Value::Bool(true)) | (Value::Bool(false), _) => true,
        _ => narrow == wide,
    }
}

fn objects(narrow: &Map<String, Value>, wide: &Map<String, Value>) -> bool {
    let keywords = narrow.keys().chain(wide.keys());
    keywords
        .filter(|keyword| !WORDS.contains(&keyword.as_str()))
        .all(|keyword| {
            let (old, new) = (narrow.get(keyword), wide.get(keyword));
            old == new || keyword_takes_all(keyword, old, new, narrow, wide)
        })
}

fn keyword_takes_all(
    keyword: &str,
    narrow: Option<&Value>,
    wide: Option<&Value>,
    within: &Map<String, Value>,
    around: &Map<String, Value>,
) -> bool {
    match keyword {
        "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties" => {
            bound(narrow, wide, |narrow, wide| wide <= narrow)
        }
        "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties" => {
            bound(narrow, wide, |narrow, wide| wide >= narrow)
        }
        "required" => {
            let narrow = names(narrow);
            names(wide).iter().all(|name| narrow.contains(name))
        }
        "type" => {
            let wide = names(wide);
            let takes = |name: &&str| {
                wide.contains(name) || (*name == "integer" && wide.contains(&"number"))
            };
            wide.is_empty() || (narrow.is_some() && names(narrow).iter().all(takes))
        }
        "enum" => match (values(narrow), values(wide)) {
            (_, None) => true,
            (Some(narrow), Some(wide)) => narrow.iter().all(|value| wide.contains(value)),
            (None, Some(_)) => false,
        },
        "properties" => properties(narrow, wide, within, around),
        "items" | "additionalProperties" => match (narrow, wide) {
            (_, None) => true,
            (None, Some(wide)) => *wide == Value::Bool(true),
            (Some(narrow), Some(wide)) => takes_all(narrow, wide),
        },
        "$defs" => match (
            narrow.and_then(Value::as_object),
            wide.and_then(Value::as_object),
        ) {
            (Some(narrow), Some(wide)) => narrow
                .iter()
                .all(|(name, old)| wide.get(name).is_none_or(|new| takes_all(old, new))),
            _ => true,
        },
        "pattern" | "format" | "multipleOf" | "not" => wide.is_none(),
        _ => false,
    }
}

/// A property that goes is refused from then on, unless others are let through; one that comes is taken.
fn properties(
    narrow: Option<&Value>,
    wide: Option<&Value>,
    within: &Map<String, Value>,
    around: &Map<String, Value>,
) -> bool {
    let none = Map::new();
    let narrow = narrow.and_then(Value::as_object).unwrap_or(&none);
    let wide = wide.and_then(Value::as_object).unwrap_or(&none);
    let closed = |schema: &Map<String, Value>| {
        schema.get("additionalProperties") == Some(&Value::Bool(false))
    };
    let kept = narrow.iter().all(|(name, old)| match wide.get(name) {
        Some(new) => takes_all(old, new),
        None => !closed(around),
    });
    // What anything could stand under before must still let anything stand there.
    let added = wide.iter().all(|(name, new)| {
        narrow.contains_key(name) || closed(within) || *new == Value::Bool(true)
    });
    kept && added
}

fn bound(narrow: Option<&Value>, wide: Option<&Value>, fits: impl Fn(f64, f64) -> bool) -> bool {
    let number = |value: Option<&Value>| value.and_then(Value::as_f64);
    match (number(narrow), number(wide)) {
        (_, None) => true,
        (Some(narrow), Some(wide)) => fits(narrow, wide),
        (None, Some(_)) => false,
    }
}

fn names(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn values(value: Option<&Value>) -> Option<&Vec<Value>> {
    value?.as_array()
}
