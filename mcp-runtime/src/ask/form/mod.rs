//! Forms in the part of JSON Schema that a client's user can be shown (MCP, "Elicitation"), and answers held to all of it.
//!
//! A form is flat: its fields are texts, numbers, booleans, and choices of one or of several. A type's schema says the same in other words, and more
//! than that: it is brought into the protocol's own words, and what those have no word for, such as a pattern, is held when the answer comes.

mod field;

use std::fmt;

use jsonschema::Validator;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use self::field::{Resolved, field};
use crate::error::{FieldError, ToolError};
use crate::policy::validation;

/// What a user is asked to fill in.
#[derive(Debug)]
pub(super) struct Form {
    requested: Map<String, Value>,
    validator: Validator,
}

/// A schema that is no form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoForm {
    /// The field at fault; `None` where it is the whole.
    field: Option<String>,
    why: String,
}

impl Form {
    /// The form that `T` is read from.
    pub(super) fn of<T: JsonSchema>() -> Result<Self, NoForm> {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
        });
        let schema = settings.into_generator().into_root_schema_for::<T>();
        Self::new(&schema.to_value())
    }

    /// The form of a schema.
    pub(super) fn new(schema: &Value) -> Result<Self, NoForm> {
        let requested = requested(schema)?;
        let validator = jsonschema::options()
            .with_pattern_options(jsonschema::PatternOptions::regex())
            .should_validate_formats(true)
            .build(schema)
            .map_err(|error| NoForm::whole(format!("its schema is none: {error}")))?;
        Ok(Self {
            requested,
            validator,
        })
    }

    /// The schema as a client is sent it.
    pub(super) fn requested(&self) -> &Map<String, Value> {
        &self.requested
    }

    /// The user's answer, if it is one to this form. A field left empty is not there, whichever way the client says so.
    pub(super) fn read(&self, content: Value) -> Result<Value, ToolError> {
        let mut content = match content {
            Value::Null => Value::Object(Map::new()),
            content => content,
        };
        if let Value::Object(fields) = &mut content {
            fields.retain(|_, value| !value.is_null());
        }
        let misfits = self.validator.iter_errors(&content);
        let misfits: Vec<String> = misfits.map(|it| told(validation::told(it))).collect();
        match misfits.is_empty() {
            true => Ok(content),
            false => Err(ToolError::failed(format!(
                "the client's answer does not fit the form that its user was asked to fill in: {}",
                misfits.join("; ")
            ))),
        }
    }
}

fn told(misfit: Option<FieldError>) -> String {
    match misfit {
        Some(FieldError { path, message }) => format!("`{path}` {message}"),
        None => "it is not the fields of a form".to_owned(),
    }
}

/// The schema in the protocol's words.
fn requested(schema: &Value) -> Result<Map<String, Value>, NoForm> {
    let whole = Resolved::of(schema, schema).map_err(NoForm::whole)?.0;
    let no_struct = || NoForm::whole("it is not a struct with named fields".to_owned());
    if whole.get("type").and_then(Value::as_str) != Some("object") {
        return Err(no_struct());
    }
    if ["oneOf", "anyOf", "allOf"]
        .iter()
        .any(|key| whole.contains_key(*key))
    {
        return Err(NoForm::whole("it has several forms".to_owned()));
    }
    let properties = match whole.get("properties") {
        Some(Value::Object(properties)) => properties.clone(),
        Some(_) => return Err(no_struct()),
        None => Map::new(),
    };
    let open = !matches!(
        whole.get("additionalProperties"),
        None | Some(Value::Bool(false))
    );
    if properties.is_empty() && open {
        return Err(NoForm::whole(
            "it is a map, whose fields nobody knows".to_owned(),
        ));
    }
    let mut fields = Map::new();
    for (name, property) in properties {
        let field = field(&property, schema).map_err(|why| NoForm {
            field: Some(name.clone()),
            why,
        })?;
        fields.insert(name, Value::Object(field));
    }
    let required = whole.get("required").and_then(Value::as_array);
    let required: Vec<&Value> = required.into_iter().flatten().collect();
    let mut requested = Map::new();
    requested.insert("type".to_owned(), json!("object"));
    requested.insert("properties".to_owned(), Value::Object(fields));
    if !required.is_empty() {
        requested.insert("required".to_owned(), json!(required));
    }
    Ok(requested)
}

impl NoForm {
    fn whole(why: String) -> Self {
        Self { field: None, why }
    }
}

impl fmt::Display for NoForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = &self.why;
        match &self.field {
            Some(field) => write!(f, "the field `{field}` can't stand in a form: {why}")?,
            None => write!(f, "this is no form: {why}")?,
        }
        f.write_str("; a form's fields are texts, numbers, booleans, enums without data, and lists of such enums")
    }
}

impl std::error::Error for NoForm {}

#[cfg(test)]
mod tests;
