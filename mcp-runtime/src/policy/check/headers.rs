//! The arguments that clients repeat in HTTP headers (MCP 2026-07-28, "Custom Headers from Tool Parameters").
//!
//! A client drops a tool of which one annotation is wrong, without a word to anybody, so that a server with such a tool does not start. The attribute
//! sees its own annotations alone: a schema's author may write them too.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::kind::Kind;
use crate::policy::redaction;
use crate::server::registry::Mounted;

const KEY: &str = "x-mcp-header";

/// One annotation.
struct Mirrored<'a> {
    /// The names that lead to it.
    path: Vec<&'a str>,
    schema: &'a Map<String, Value>,
    header: &'a Value,
    /// Whether nothing but names of properties leads to it.
    is_reached: bool,
}

/// What is wrong with the tool's annotations, each in a text of its own.
pub(super) fn problems(tool: &Mounted) -> Vec<String> {
    if tool.kind != Kind::Tool {
        return Vec::new();
    }
    let mut mirrored = Vec::new();
    collect(&tool.input.json, &mut Vec::new(), true, &mut mirrored);
    let mut first = BTreeMap::new();
    let mut problems = Vec::new();
    for it in &mirrored {
        let path = it.path.join(".");
        let problem = wrong(it).or_else(|| {
            let header = it.header.as_str().unwrap_or_default();
            let other = first.insert(header.to_ascii_lowercase(), path.clone())?;
            Some((
                format!("in the header `{header}`, as it does `{other}`"),
                "give each a header of its own; upper and lower case are the same",
            ))
        });
        let problem = problem.or_else(|| {
            let secret = redaction::is_secret_at(&tool.input, &path);
            // It would be in the logs of every proxy on its way.
            secret.then(|| {
                (
                    "in a header, which logs and proxies read: it is a secret".to_owned(),
                    "leave `header` out",
                )
            })
        });
        problems.extend(problem.map(|(how, help)| {
            format!(
                "tool `{}` mirrors the argument `{path}` {how} ({})\n  help: {help}",
                tool.name, tool.def.location
            )
        }));
    }
    problems
}

/// What is wrong with an annotation by itself, and what to write.
fn wrong(it: &Mirrored<'_>) -> Option<(String, &'static str)> {
    if !it.is_reached {
        return Some((
            "in a header from a place where clients do not look".to_owned(),
            "they look at the arguments and at the fields of objects that stand in the schema itself: not in lists, in alternatives, or behind a reference (`#[schemars(inline)]` on a type avoids that one)",
        ));
    }
    let token = |header: &str| !header.is_empty() && header.bytes().all(is_token);
    if !it.header.as_str().is_some_and(token) {
        return Some((
            format!(
                "in the header `{}`, which is no header's name",
                shown(it.header)
            ),
            "write ASCII letters, digits and `-`, as in \"Region\"",
        ));
    }
    match it.schema.get("type").and_then(Value::as_str) {
        Some("string" | "integer" | "boolean") => None,
        _ => Some((
            "in a header, where clients put texts, integers and booleans alone".to_owned(),
            "take `header` off it, or take another type",
        )),
    }
}

fn shown(header: &Value) -> String {
    let text = header
        .as_str()
        .map_or_else(|| header.to_string(), str::to_owned);
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}

/// RFC 9110, section 5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn collect<'a>(
    schema: &'a Map<String, Value>,
    path: &mut Vec<&'a str>,
    is_reached: bool,
    found: &mut Vec<Mirrored<'a>>,
) {
    if let Some(header) = schema.get(KEY) {
        found.push(Mirrored {
            path: path.clone(),
            schema,
            header,
            // The arguments as a whole are no argument.
            is_reached: is_reached && !path.is_empty(),
        });
    }
    for (key, value) in schema {
        match key.as_str() {
            // Values, and no schemas.
            "default" | "const" | "enum" | "examples" | KEY => {}
            "properties" => named(value, path, is_reached, found),
            "$defs" | "definitions" | "dependentSchemas" | "patternProperties" => {
                named(value, path, false, found);
            }
            _ => unnamed(value, path, found),
        }
    }
}

/// Schemas by name.
fn named<'a>(
    schemas: &'a Value,
    path: &mut Vec<&'a str>,
    is_reached: bool,
    found: &mut Vec<Mirrored<'a>>,
) {
    for (name, schema) in schemas.as_object().into_iter().flatten() {
        if let Value::Object(schema) = schema {
            path.push(name);
            collect(schema, path, is_reached, found);
            path.pop();
        }
    }
}

/// A schema or several, in another keyword.
fn unnamed<'a>(value: &'a Value, path: &mut Vec<&'a str>, found: &mut Vec<Mirrored<'a>>) {
    match value {
        Value::Object(schema) => collect(schema, path, false, found),
        Value::Array(schemas) => {
            for schema in schemas {
                unnamed(schema, path, found);
            }
        }
        _ => {}
    }
}
