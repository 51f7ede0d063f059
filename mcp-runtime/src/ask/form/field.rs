//! One field of a form, in the protocol's words: `PrimitiveSchemaDefinition` of MCP's own schema.

use serde_json::{Map, Number, Value, json};

/// References that lead to references: more than any type has, so that a circle ends.
const DEEPEST: usize = 16;

/// The formats of a text that a form can ask for.
const FORMATS: [&str; 4] = ["email", "uri", "date", "date-time"];

/// Whole numbers beyond these are no number of JSON's that every client can read (RFC 8259, section 6).
const SAFE: f64 = 9_007_199_254_740_991.0;

/// A schema without its references, and without `null`: a field that may be null is one that may be left empty.
pub(super) struct Resolved(pub(super) Map<String, Value>);

/// One of the values that can be chosen.
struct Choice {
    value: String,
    title: Option<String>,
}

/// A field as a client is sent it, or why it can be none.
pub(super) fn field(schema: &Value, root: &Value) -> Result<Map<String, Value>, String> {
    let Resolved(schema) = Resolved::of(schema, root)?;
    if schema.get("writeOnly") == Some(&Value::Bool(true)) {
        return Err(
            "it is a secret, which must not pass through the client (ask with `ask_to_visit`)"
                .to_owned(),
        );
    }
    let mut field = Map::new();
    for key in ["title", "description"] {
        if let Some(text @ Value::String(_)) = schema.get(key) {
            field.insert(key.to_owned(), text.clone());
        }
    }
    if let Some(choices) = choices(&schema, root)? {
        one_of(&schema, &choices, &mut field);
        return Ok(field);
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => text(&schema, &mut field),
        Some("integer") => integer(&schema, &mut field),
        Some("number") => number(&schema, &mut field),
        Some("boolean") => boolean(&schema, &mut field),
        Some("array") => several_of(&schema, root, &mut field)?,
        Some("object") if schema.contains_key("properties") => {
            return Err("it has fields of its own".to_owned());
        }
        Some("object") => return Err("it is a map".to_owned()),
        _ => return Err("it can be of several types".to_owned()),
    }
    Ok(field)
}

impl Resolved {
    pub(super) fn of(schema: &Value, root: &Value) -> Result<Self, String> {
        Self::at(schema, root, 0)
    }

    fn at(schema: &Value, root: &Value, depth: usize) -> Result<Self, String> {
        let Value::Object(schema) = schema else {
            return Err("it can be anything".to_owned());
        };
        if depth > DEEPEST {
            return Err("it contains itself".to_owned());
        }
        let mut schema = schema.clone();
        if let Some(reference) = schema.remove("$ref") {
            let pointer = reference.as_str().and_then(|it| it.strip_prefix('#'));
            let found = pointer.and_then(|pointer| root.pointer(pointer));
            let found = found.ok_or_else(|| format!("{reference} leads nowhere"))?;
            schema = Self::at(found, root, depth + 1)?.beneath(schema);
        }
        for key in ["allOf", "anyOf", "oneOf"] {
            let Some(Value::Array(mut branches)) = schema.remove(key) else {
                continue;
            };
            branches.retain(|branch| !is_null(branch));
            match branches.as_slice() {
                [only] => schema = Self::at(only, root, depth + 1)?.beneath(schema),
                _ => drop(schema.insert(key.to_owned(), Value::Array(branches))),
            }
        }
        if let Some(Value::Array(types)) = schema.get_mut("type") {
            types.retain(|it| it != "null");
            if let [only] = types.as_slice() {
                let only = only.clone();
                schema.insert("type".to_owned(), only);
            }
        }
        if let Some(Value::Array(values)) = schema.get_mut("enum") {
            values.retain(|it| !it.is_null());
        }
        Ok(Self(schema))
    }

    /// What stands beside a reference says more of the field than what it refers to.
    fn beneath(self, beside: Map<String, Value>) -> Map<String, Value> {
        let Self(mut schema) = self;
        schema.extend(beside);
        schema
    }
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|it| it == "null")
        || schema.get("const").is_some_and(Value::is_null)
}

/// The values that a schema lists, if it is a list of texts.
fn choices(schema: &Map<String, Value>, root: &Value) -> Result<Option<Vec<Choice>>, String> {
    let listed = match (schema.get("enum"), schema.get("const")) {
        (Some(Value::Array(values)), _) => Some(values.as_slice()),
        (_, Some(value)) => Some(std::slice::from_ref(value)),
        _ => None,
    };
    if let Some(values) = listed {
        let texts = values.iter().map(|value| Some(value.as_str()?.to_owned()));
        let texts: Option<Vec<String>> = texts.collect();
        let texts = texts.ok_or_else(|| "what can be chosen must be texts".to_owned())?;
        // Of an enum with a description for each, what else is said is the field's own.
        let untitled = texts.into_iter().map(|value| Choice { value, title: None });
        return Ok(Some(untitled.collect()));
    }
    let branches = schema.get("oneOf").or_else(|| schema.get("anyOf"));
    let Some(Value::Array(branches)) = branches else {
        return Ok(None);
    };
    let mut all = Vec::new();
    for branch in branches {
        let Resolved(branch) = Resolved::of(branch, root)?;
        let Some(mut found) = choices(&branch, root)? else {
            return Err("it has several forms, some of them with data".to_owned());
        };
        if let [choice] = found.as_mut_slice() {
            choice.title = label(&branch);
        }
        all.append(&mut found);
    }
    Ok(Some(all))
}

/// What a person reads of a choice: its title, else the first paragraph of its description.
fn label(branch: &Map<String, Value>) -> Option<String> {
    let text = branch.get("title").or_else(|| branch.get("description"))?;
    let paragraph = text.as_str()?.split("\n\n").next()?;
    let words: Vec<&str> = paragraph.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

fn options(choices: &[Choice]) -> Value {
    let option =
        |it: &Choice| json!({"const": it.value, "title": it.title.as_ref().unwrap_or(&it.value)});
    choices.iter().map(option).collect()
}

fn is_titled(choices: &[Choice]) -> bool {
    choices.iter().any(|choice| choice.title.is_some())
}

fn values(choices: &[Choice]) -> Value {
    choices.iter().map(|it| it.value.as_str()).collect()
}

fn one_of(schema: &Map<String, Value>, choices: &[Choice], field: &mut Map<String, Value>) {
    field.insert("type".to_owned(), json!("string"));
    if is_titled(choices) {
        field.insert("oneOf".to_owned(), options(choices));
    } else {
        field.insert("enum".to_owned(), values(choices));
        // The protocol's older way of giving choices a title.
        if let Some(names) = schema.get("enumNames") {
            field.insert("enumNames".to_owned(), names.clone());
        }
    }
    let chosen = |value: &&Value| choices.iter().any(|it| **value == *it.value);
    keep(
        field,
        "default",
        schema.get("default").filter(chosen).cloned(),
    );
}

fn several_of(
    schema: &Map<String, Value>,
    root: &Value,
    field: &mut Map<String, Value>,
) -> Result<(), String> {
    let items = schema.get("items").map(|items| Resolved::of(items, root));
    let choices = match items.transpose()? {
        Some(Resolved(items)) => choices(&items, root)?,
        None => None,
    };
    let Some(choices) = choices else {
        return Err("it is a list of what is not listed".to_owned());
    };
    field.insert("type".to_owned(), json!("array"));
    let items = match is_titled(&choices) {
        true => json!({"anyOf": options(&choices)}),
        false => json!({"type": "string", "enum": values(&choices)}),
    };
    field.insert("items".to_owned(), items);
    for key in ["minItems", "maxItems"] {
        keep(field, key, schema.get(key).cloned());
    }
    let chosen = |value: &Value| choices.iter().any(|it| *value == it.value);
    let all = |value: &&Value| value.as_array().is_some_and(|it| it.iter().all(chosen));
    keep(field, "default", schema.get("default").filter(all).cloned());
    Ok(())
}

fn text(schema: &Map<String, Value>, field: &mut Map<String, Value>) {
    field.insert("type".to_owned(), json!("string"));
    for key in ["minLength", "maxLength"] {
        let length = schema.get(key).and_then(Value::as_u64);
        let length = length.filter(|length| u32::try_from(*length).is_ok());
        keep(field, key, length.map(Value::from));
    }
    let known = |format: &&Value| FORMATS.iter().any(|known| **format == *known);
    keep(field, "format", schema.get("format").filter(known).cloned());
    let default = schema.get("default").filter(|it| it.is_string());
    keep(field, "default", default.cloned());
}

fn boolean(schema: &Map<String, Value>, field: &mut Map<String, Value>) {
    field.insert("type".to_owned(), json!("boolean"));
    let default = schema.get("default").filter(|it| it.is_boolean());
    keep(field, "default", default.cloned());
}

fn number(schema: &Map<String, Value>, field: &mut Map<String, Value>) {
    field.insert("type".to_owned(), json!("number"));
    for key in ["minimum", "maximum", "default"] {
        keep(
            field,
            key,
            schema.get(key).filter(|it| it.is_number()).cloned(),
        );
    }
}

/// Bounds of an integer are integers, whichever way they are written.
fn integer(schema: &Map<String, Value>, field: &mut Map<String, Value>) {
    field.insert("type".to_owned(), json!("integer"));
    let whole = |key, round: fn(f64) -> f64| {
        let number = schema.get(key)?.as_number()?;
        whole(number, round)
    };
    let least = whole("minimum", f64::ceil)
        .max(whole("exclusiveMinimum", f64::floor).map(|it| it.saturating_add(1)));
    let above = whole("exclusiveMaximum", f64::ceil).map(|it| it.saturating_sub(1));
    let most = match (whole("maximum", f64::floor), above) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    keep(field, "minimum", least.map(Value::from));
    keep(field, "maximum", most.map(Value::from));
    let default = schema.get("default").and_then(Value::as_number);
    let default = default.and_then(whole_exactly);
    keep(field, "default", default.map(Value::from));
}

fn whole_exactly(number: &Number) -> Option<i64> {
    let rounded = whole(number, f64::round)?;
    number
        .as_i64()
        .map_or_else(
            || number.as_f64().is_some_and(|it| it.fract() == 0.0),
            |it| it == rounded,
        )
        .then_some(rounded)
}

/// A number as an integer that every client can read, if there is one.
fn whole(number: &Number, round: fn(f64) -> f64) -> Option<i64> {
    if let Some(whole) = number.as_i64() {
        return Some(whole);
    }
    let rounded = round(number.as_f64()?);
    #[expect(clippy::cast_possible_truncation, reason = "it is within the bounds")]
    (rounded.abs() <= SAFE).then_some(rounded as i64)
}

fn keep(field: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        field.insert(key.to_owned(), value);
    }
}
