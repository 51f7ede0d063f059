//! Where in a call's arguments the secrets are: a value is followed along its schema.

use serde_json::{Map, Value};

use crate::arg::InputSchema;
use crate::server::registry::Mounted;

/// Whether an input schema marks anything secret, at any depth.
pub(crate) fn marks(schema: &Value) -> bool {
    match schema {
        Value::Object(object) => is_secret(object) || object.values().any(marks),
        Value::Array(items) => items.iter().any(marks),
        _ => false,
    }
}

fn is_secret(schema: &Map<String, Value>) -> bool {
    schema.get("writeOnly") == Some(&Value::Bool(true))
}

/// The arguments that are secrets as a whole, where a schema marks nothing else: no part of an argument, and nothing that a branch or a reference
/// leads to. Then they are found by their names.
pub(crate) fn plain(schema: &Schema) -> Option<Vec<String>> {
    const ELSEWHERE: [&str; 3] = ["$defs", "additionalProperties", "patternProperties"];
    let leads_on = BRANCHES.iter().chain(&CONDITIONS).chain(&["$ref"]);
    if is_secret(schema)
        || leads_on
            .into_iter()
            .any(|keyword| schema.contains_key(*keyword))
        || ELSEWHERE
            .iter()
            .any(|keyword| schema.get(*keyword).is_some_and(marks))
    {
        return None;
    }
    let properties = schema.get("properties")?.as_object()?;
    let marked = properties.iter().filter(|(_, property)| marks(property));
    let whole = |(name, property): (&String, &Value)| {
        let property = property.as_object().filter(|it| is_secret(it));
        property.map(|_| name.clone())
    };
    marked.map(whole).collect()
}

/// Keywords of lists of schemas for the same value.
const BRANCHES: [&str; 3] = ["allOf", "anyOf", "oneOf"];

/// Keywords of one more schema for the same value.
const CONDITIONS: [&str; 3] = ["if", "then", "else"];

/// Whether the argument at a dotted path is a secret, holds one, or is a part of one.
pub(crate) fn is_secret_at(input: &InputSchema, path: &str) -> bool {
    let root = &input.json;
    let mut schemas = vec![root];
    for name in path.split('.') {
        schemas = below(&schemas, |schema| property(schema, name));
        expand(root, &mut schemas, also);
        if schemas.iter().any(|schema| is_secret(schema)) {
            return true;
        }
    }
    expand(root, &mut schemas, |root, schema| {
        let mut inside = also(root, schema);
        inside.extend(schema.values().flat_map(objects));
        inside
    });
    schemas.iter().any(|schema| is_secret(schema))
}

/// Adds what the schemas lead to, each one once, however they refer to each other.
fn expand<'a>(
    root: &'a Schema,
    schemas: &mut Vec<&'a Schema>,
    leads_to: impl Fn(&'a Schema, &'a Schema) -> Vec<&'a Schema>,
) {
    let mut next = 0;
    while let Some(&schema) = schemas.get(next) {
        next += 1;
        for more in leads_to(root, schema) {
            add(schemas, more);
        }
    }
}

/// The objects of a value, or of a list.
fn objects(value: &Value) -> Vec<&Schema> {
    match value {
        Value::Object(object) => vec![object],
        Value::Array(items) => items.iter().flat_map(objects).collect(),
        _ => Vec::new(),
    }
}

/// Why a value is shown to [`visit`]'s caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// The schema marks it secret.
    Marked,
    /// The schema does not know it: a misspelt name, or a text where an object belongs. It may be meant for a secret.
    Unknown,
}

/// Shows every secret among the arguments to `each`, and what may be one.
pub(super) fn visit(
    tool: &Mounted,
    arguments: &mut Value,
    each: &mut dyn FnMut(&mut Value, Found),
) {
    let root = &tool.input.json;
    walk(root, vec![root], arguments, each);
}

type Schema = Map<String, Value>;

/// Follows a value along the schemas it may have. Where a schema has branches all of them count: better one mask too many. A value is visited once,
/// however many schemas lead to it.
pub(super) fn walk<'a>(
    root: &'a Schema,
    mut schemas: Vec<&'a Schema>,
    value: &mut Value,
    each: &mut dyn FnMut(&mut Value, Found),
) {
    let mut next = 0;
    while let Some(&schema) = schemas.get(next) {
        next += 1;
        if is_secret(schema) {
            return each(value, Found::Marked);
        }
        for also in also(root, schema) {
            add(&mut schemas, also);
        }
    }
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                if !schemas.is_empty() && !schemas.iter().any(|schema| knows(schema, name)) {
                    each(value, Found::Unknown);
                    continue;
                }
                let below = below(&schemas, |schema| property(schema, name));
                walk(root, below, value, each);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                let below = below(&schemas, |schema| placed(schema, index));
                walk(root, below, item, each);
            }
        }
        Value::String(_) if schemas.iter().any(|schema| holds_others(schema)) => {
            each(value, Found::Unknown);
        }
        _ => {}
    }
}

/// Whether a schema says anything of a property, or lets every property be.
fn knows(schema: &Schema, name: &str) -> bool {
    let has = |keyword: &str| schema.contains_key(keyword);
    let properties = schema.get("properties").and_then(Value::as_object);
    let named = properties.is_some_and(|properties| properties.contains_key(name));
    let others = schema.get("additionalProperties");
    let free = others.map_or(properties.is_none(), |others| *others != Value::Bool(false));
    // A reference or a branch says nothing of its own; what it leads to is asked for itself.
    let leads_on = has("$ref") || BRANCHES.into_iter().any(has);
    named || has("patternProperties") || (free && !leads_on)
}

/// Whether a schema is of values that hold other values.
fn holds_others(schema: &Schema) -> bool {
    let keywords = ["properties", "patternProperties", "items", "prefixItems"];
    keywords.iter().any(|keyword| schema.contains_key(*keyword))
}

fn add<'a>(schemas: &mut Vec<&'a Schema>, schema: &'a Schema) {
    if !schemas.iter().any(|known| std::ptr::eq(*known, schema)) {
        schemas.push(schema);
    }
}

fn below<'a>(
    schemas: &[&'a Schema],
    of: impl Fn(&'a Schema) -> Vec<&'a Schema>,
) -> Vec<&'a Schema> {
    let mut found = Vec::new();
    for schema in schemas.iter().flat_map(|schema| of(schema)) {
        add(&mut found, schema);
    }
    found
}

/// The schemas that hold for the same value.
fn also<'a>(root: &'a Schema, schema: &'a Schema) -> Vec<&'a Schema> {
    let reference = schema.get("$ref").and_then(Value::as_str);
    let referred = reference.and_then(|reference| definition(root, reference));
    let branches = BRANCHES.into_iter();
    let branches = branches.filter_map(|keyword| schema.get(keyword)?.as_array());
    let conditions = CONDITIONS.into_iter();
    let conditions = conditions.filter_map(|keyword| schema.get(keyword));
    let branches = branches.flatten().chain(conditions);
    branches
        .filter_map(Value::as_object)
        .chain(referred)
        .collect()
}

/// The schemas of an object's property.
fn property<'a>(schema: &'a Schema, name: &str) -> Vec<&'a Schema> {
    let inner = |keyword: &str| schema.get(keyword).and_then(Value::as_object);
    let named = inner("properties").and_then(|properties| properties.get(name)?.as_object());
    let others = match named {
        Some(_) => None,
        None => inner("additionalProperties"),
    };
    // Which of the patterns fits is not asked.
    let patterns = inner("patternProperties").into_iter().flat_map(Map::values);
    let patterns = patterns.filter_map(Value::as_object);
    named.into_iter().chain(others).chain(patterns).collect()
}

/// The schemas of an array's item.
fn placed(schema: &Schema, index: usize) -> Vec<&Schema> {
    let first = schema.get("prefixItems").and_then(Value::as_array);
    let first = first.and_then(|first| first.get(index)?.as_object());
    let items = schema.get("items").and_then(Value::as_object);
    first.into_iter().chain(items).collect()
}

/// What `#/$defs/Name` refers to.
fn definition<'a>(root: &'a Schema, reference: &str) -> Option<&'a Schema> {
    let name = reference.strip_prefix("#/$defs/")?;
    let name = name.replace("~1", "/").replace("~0", "~");
    root.get("$defs")?.get(&name)?.as_object()
}
