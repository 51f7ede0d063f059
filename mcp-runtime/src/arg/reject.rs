//! Words for arguments that cannot be used. None of them repeats the value that was sent.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::Value;
use validator::{ValidationError, ValidationErrors, ValidationErrorsKind};

use super::Shape;
use super::fault::{Faults, Known};
use crate::call::Call;
use crate::error::{FieldError, ToolError};

/// What is said of an argument that is not there.
pub(crate) const MISSING: &str = "is required";

/// An argument that does not deserialise.
pub(super) fn argument(
    name: &str,
    value: Option<&Value>,
    error: &serde_json::Error,
    faults: &mut Faults,
) {
    match value {
        None => faults.push(FieldError::new(name, MISSING)),
        Some(_) => faults.push_known(Known::First, FieldError::new(name, expectation(error))),
    }
}

/// Arguments that do not deserialise as one struct.
pub(super) fn whole(error: &serde_json::Error, faults: &mut Faults) {
    let text = error.to_string();
    let error = match quoted_after(&text, "missing field `") {
        Some(field) => FieldError::new(field, MISSING),
        None => FieldError::new("", expectation(error)),
    };
    faults.push_known(Known::First, error);
}

/// A parameter the server could not inject.
pub(super) fn injected(call: &Call, name: &'static str, error: ToolError, faults: &mut Faults) {
    let failure = error.into_failure(call.tool_name());
    faults.push(FieldError::new(name, failure.text()));
}

/// What serde expected. Its message may hold the value that was sent ("invalid type: string "x", expected i64"), so only what follows is kept.
fn expectation(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if let Some((_, expected)) = text.rsplit_once(", expected ") {
        return format!("must be {}", in_json_words(expected));
    }
    if let Some(field) = quoted_after(&text, "missing field `") {
        return format!("lacks `{field}`");
    }
    if let Some(field) = quoted_after(&text, "duplicate field `") {
        return format!("has `{field}` twice");
    }
    "does not have the form its schema asks for".to_owned()
}

fn quoted_after<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    text.strip_prefix(prefix)?.split('`').next()
}

/// Rust's type names mean nothing to a model that writes JSON.
fn in_json_words(expected: &str) -> Cow<'_, str> {
    Cow::Borrowed(match expected {
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => {
            "an integer, without a fraction and in range"
        }
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => {
            "a non-negative integer, without a fraction and in range"
        }
        "f32" | "f64" => "a number",
        "a boolean" => "`true` or `false`",
        "a sequence" => "an array",
        "a map" => "an object",
        "unit" => "`null`",
        other if other.starts_with("struct ") => "an object",
        other => other,
    })
}

/// What `validator` found in a struct, each with its path.
pub(super) fn validation(path: &str, invalid: &ValidationErrors, faults: &mut Faults) {
    let mut fields: Vec<_> = invalid.errors().iter().collect();
    fields.sort_by_key(|(name, _)| *name);
    for (name, kind) in fields {
        let path = match (path, name.as_ref()) {
            // validator's own name for the elements of a bare list
            (path, "_tmp_validator") => path.to_owned(),
            ("", name) => name.to_owned(),
            (path, name) => format!("{path}.{name}"),
        };
        match kind {
            ValidationErrorsKind::Struct(inner) => validation(&path, inner, faults),
            ValidationErrorsKind::List(items) => {
                for (index, inner) in items {
                    validation(&format!("{path}[{index}]"), inner, faults);
                }
            }
            ValidationErrorsKind::Field(found) => {
                let path = match path.as_str() {
                    "__all__" => "",
                    path => path,
                };
                for error in found {
                    let known = match error.code == "regex" && error.message.is_none() {
                        true => Known::NoPattern,
                        false => Known::Whole,
                    };
                    faults.push_of_many(known, || {
                        let value = error.params.get("value");
                        let shape = value.map_or(Shape::Text, Shape::of_value);
                        FieldError::new(path, message(error, shape))
                    });
                }
            }
        }
    }
}

/// A `validator` error in words, by the author's message or by its code and bounds. The shape says what a length counts.
pub(super) fn message(error: &ValidationError, shape: Shape) -> String {
    if let Some(message) = &error.message {
        return message.to_string();
    }
    let bound = |name: &str| bound(&error.params, name);
    let bounds = || {
        let parts = [
            ("exactly", bound("equal")),
            ("at least", bound("min")),
            ("at most", bound("max")),
            ("more than", bound("exclusive_min")),
            ("less than", bound("exclusive_max")),
        ];
        let parts = parts
            .into_iter()
            .filter_map(|(word, bound)| Some((word, bound?)));
        parts.collect::<Vec<_>>()
    };
    let words = |bounds: &[(&str, String)]| {
        let words = bounds.iter().map(|(word, bound)| format!("{word} {bound}"));
        words.collect::<Vec<_>>().join(" and ")
    };
    match error.code.as_ref() {
        "length" => {
            let bounds = bounds();
            let one = bounds.last().is_some_and(|(_, bound)| bound == "1");
            format!("must have {} {}", words(&bounds), shape.unit(one))
        }
        "range" => format!("must be {}", words(&bounds())),
        "email" => "must be an email address".to_owned(),
        "url" => "must be a URL".to_owned(),
        "ip" => "must be an IP address".to_owned(),
        "regex" => match error.params.get("pattern").and_then(Value::as_str) {
            Some(pattern) => matches(pattern),
            None => "does not match the pattern".to_owned(),
        },
        "contains" => bound("needle").map_or_else(
            || "lacks a part it must contain".to_owned(),
            |needle| format!("must contain {needle}"),
        ),
        "does_not_contain" => bound("needle").map_or_else(
            || "contains what it must not".to_owned(),
            |needle| format!("must not contain {needle}"),
        ),
        "must_match" => "must be the same as its counterpart".to_owned(),
        "non_control_character" => "must not contain control characters".to_owned(),
        "required" => MISSING.to_owned(),
        code => format!("is not valid: {}", code.replace('_', " ")),
    }
}

/// What is said of a text that a pattern does not match.
pub(crate) fn matches(pattern: &str) -> String {
    format!("must match `{pattern}`")
}

fn bound(params: &HashMap<Cow<'static, str>, Value>, name: &str) -> Option<String> {
    params.get(name).map(Value::to_string)
}
