//! Arguments that come as text, as the JSON that their types are read from.
//!
//! A prompt's arguments are texts (MCP, "Prompts"), and so are the variables of a resource's address. A parameter that is a number or a
//! boolean gets one where the text spells it; every other text stays as it is, and reading it says what was expected.

use serde_json::{Map, Number, Value};

/// Turns texts into the numbers and booleans that the schema of their arguments asks for.
pub(crate) fn typed(schema: &Map<String, Value>, arguments: &mut Map<String, Value>) {
    for (name, value) in arguments.iter_mut() {
        let Value::String(text) = value else { continue };
        let read = match type_of(schema, name) {
            Some("integer" | "number") => text.parse::<Number>().ok().map(Value::Number),
            Some("boolean") => text.parse().ok().map(Value::Bool),
            _ => None,
        };
        if let Some(read) = read {
            *value = read;
        }
    }
}

/// The arguments that no text can be: objects and lists.
pub(crate) fn unspeakable(schema: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let names = properties
        .into_iter()
        .flat_map(|properties| properties.keys());
    let names = names.map(String::as_str);
    names.filter(|name| matches!(type_of(schema, name), Some("object" | "array")))
}

/// The type in an argument's schema, behind its reference if it is one.
fn type_of<'a>(schema: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let mut property = schema.get("properties")?.get(name)?;
    if let Some(reference) = property.get("$ref").and_then(Value::as_str) {
        let definition = reference.strip_prefix("#/$defs/")?;
        property = schema.get("$defs")?.get(definition)?;
    }
    property.get("type")?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_and_booleans_are_read_from_text_and_nothing_else() {
        let schema = json!({
            "properties": {
                "count": {"type": "integer"},
                "share": {"$ref": "#/$defs/Share"},
                "deep": {"type": "boolean"},
                "name": {"type": "string"},
            },
            "$defs": {"Share": {"type": "number"}},
        });
        let mut arguments = json!({
            "count": "7", "share": "0.5", "deep": "true", "name": "7", "other": "7",
        });
        let (Value::Object(schema), Value::Object(sent)) = (schema, &mut arguments) else {
            unreachable!()
        };
        typed(&schema, sent);
        assert_eq!(
            arguments,
            json!({"count": 7, "share": 0.5, "deep": true, "name": "7", "other": "7"})
        );
        let mut wrong = json!({"count": " 7", "deep": "yes"});
        typed(&schema, wrong.as_object_mut().unwrap());
        assert_eq!(wrong, json!({"count": " 7", "deep": "yes"}));
    }
}
