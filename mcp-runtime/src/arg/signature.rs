//! What the describing walk gathers: the input schema, and what the parameters ask of the server.

use regex::Regex;
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};

use super::extract::{Need, Needs};
use super::{Lent, Shape};
use crate::policy::{fingerprint, redaction};
use crate::secret;

/// A tool's parameters and answer, described.
#[derive(Debug)]
pub struct Signature {
    generator: SchemaGenerator,
    properties: Map<String, Value>,
    pub(crate) order: Vec<&'static str>,
    optional: Vec<String>,
    whole: Option<Schema>,
    pub(crate) output: Option<Schema>,
    /// The media type that the answer's type stands for.
    pub(crate) mime: Option<&'static str>,
    pub(crate) secrets: Vec<&'static str>,
    pub(crate) defaults: Map<String, Value>,
    pub(crate) needs: Vec<Need>,
    pub(crate) patterns: Vec<(&'static str, Regex)>,
    pub(crate) problems: Vec<String>,
}

/// A tool's input schema, with what the decoding stage needs of it at hand.
#[derive(Debug)]
pub(crate) struct InputSchema {
    pub(crate) json: Map<String, Value>,
    /// Every argument name, sorted; a call with another one is refused unless the tool is `open`.
    pub(crate) names: Vec<String>,
    /// Whether any of it is marked secret.
    pub(crate) secret: bool,
    /// The names of all secrets, where names are enough to find them.
    pub(crate) plain_secrets: Option<Vec<String>>,
    /// A hash of the schema: what a record was made under.
    pub(crate) fingerprint: String,
    /// Whether one struct, an `Args`, reads all arguments.
    pub(crate) whole: bool,
}

impl InputSchema {
    /// What an argument is to a rule about its length.
    pub(super) fn shape(&self, name: &str) -> Shape {
        let within = |keyword: &str| self.json.get(keyword).and_then(Value::as_object);
        let property = within("properties").and_then(|all| all.get(name)?.as_object());
        property.map_or(Shape::Text, |schema| Shape::of(schema, within("$defs")))
    }
}

impl Signature {
    pub(crate) fn new() -> Self {
        Self {
            generator: SchemaSettings::draft2020_12().into_generator(),
            properties: Map::new(),
            order: Vec::new(),
            optional: Vec::new(),
            whole: None,
            output: None,
            mime: None,
            secrets: Vec::new(),
            defaults: Map::new(),
            needs: Vec::new(),
            patterns: Vec::new(),
            problems: Vec::new(),
        }
    }

    pub(super) fn argument(&mut self, name: &'static str, doc: &str, argument: Lent) {
        let mut schema = argument.subschema(&mut self.generator);
        if without_null(&mut schema) {
            self.optional.push(name.to_owned());
        }
        if schema.get("writeOnly").is_some() {
            self.secrets.push(name);
        }
        if !doc.is_empty() {
            schema.insert("description".to_owned(), Value::from(doc));
        }
        self.order.push(name);
        self.properties.insert(name.to_owned(), schema.to_value());
    }

    pub(super) fn whole(&mut self, whole: Lent) {
        let schema = whole.root_schema(&mut self.generator);
        if self.whole.replace(schema).is_some() {
            self.problems
                .push("takes `Args` twice; one struct is the whole input".to_owned());
        }
    }

    pub(super) fn injected(&mut self, parameter: &'static str) -> Needs<'_> {
        Needs {
            parameter,
            all: &mut self.needs,
        }
    }

    pub(super) fn constrain(&mut self, name: &str, constraint: impl FnOnce(&mut Schema)) {
        let Some(property) = self.properties.get_mut(name) else {
            return;
        };
        if let Ok(mut schema) = Schema::try_from(property.take()) {
            constraint(&mut schema);
            *property = schema.to_value();
        }
    }

    /// What an argument is to a rule about its length.
    pub(super) fn shape(&self, name: &str) -> Shape {
        let property = self.properties.get(name).and_then(Value::as_object);
        let definitions = Some(self.generator.definitions());
        property.map_or(Shape::Text, |schema| Shape::of(schema, definitions))
    }

    pub(super) fn default(&mut self, name: &'static str, value: serde_json::Result<Value>) {
        match value {
            Ok(value) => {
                self.optional.push(name.to_owned());
                self.defaults.insert(name.to_owned(), value.clone());
                self.constrain(name, |schema| {
                    schema.insert("default".to_owned(), value);
                });
            }
            Err(error) => self
                .problems
                .push(format!("the default of `{name}` is not JSON: {error}")),
        }
    }

    /// A default that breaks a rule of its own argument. It is the author's, who can see it in the code.
    pub(super) fn bad_default(&mut self, name: &str, rule: &str, message: &str) {
        self.problems.push(format!(
            "has a default for `{name}` that breaks the argument's own rule `{rule}`: {message}"
        ));
    }

    pub(super) fn example(&mut self, name: &'static str, value: serde_json::Result<Value>) {
        match value {
            Ok(value) => self.constrain(name, |schema| {
                schema.insert("examples".to_owned(), Value::Array(vec![value]));
            }),
            Err(error) => self
                .problems
                .push(format!("the example of `{name}` is not JSON: {error}")),
        }
    }

    pub(super) fn require(&mut self, name: &str) {
        self.optional.retain(|optional| optional != name);
    }

    /// Compiles a pattern, and keeps it for the calls.
    pub(super) fn pattern(&mut self, name: &str, pattern: &'static str) -> Option<&Regex> {
        match Regex::new(pattern) {
            Ok(compiled) => self.patterns.push((pattern, compiled)),
            Err(error) => {
                self.problems.push(format!(
                    "has a pattern for `{name}` that is not a regular expression: {error}"
                ));
                return None;
            }
        }
        self.patterns.last().map(|(_, compiled)| compiled)
    }

    pub(super) fn header(&mut self, name: &str, header: &'static str) {
        self.constrain(name, |schema| {
            schema.insert("x-mcp-header".to_owned(), Value::from(header));
        });
    }

    pub(super) fn secret(&mut self, name: &'static str) {
        self.secrets.push(name);
        self.constrain(name, secret::mark);
    }

    /// The finished input schema. `open` lets a call carry arguments that nobody declared.
    pub(crate) fn input(&mut self, open: bool) -> InputSchema {
        let whole = self.whole.is_some();
        let mut json = match self.whole.take() {
            Some(whole) => {
                if !self.order.is_empty() {
                    self.problems.push(format!(
                        "takes `Args` and `{}`; put the argument into the struct",
                        self.order.join("`, `")
                    ));
                }
                match whole.to_value() {
                    Value::Object(json) => json,
                    _ => Map::new(),
                }
            }
            None => self.object(),
        };
        if json.get("type").and_then(Value::as_str) != Some("object") {
            self.problems.push(
                "takes `Args` of a type that is not a struct; the input of a tool is a JSON object"
                    .to_owned(),
            );
        }
        json.remove("title");
        // The tool has its own description; the struct's would say it twice.
        json.remove("description");
        if !open {
            json.insert("additionalProperties".to_owned(), Value::Bool(false));
        }
        for schema in json.values_mut() {
            portable(schema);
        }
        let names = json
            .get("properties")
            .and_then(Value::as_object)
            .map(|properties| properties.keys().cloned().collect())
            .unwrap_or_default();
        relax_optional(&mut json);
        let schema = Value::Object(json.clone());
        InputSchema {
            secret: redaction::marks(&schema),
            plain_secrets: redaction::plain(&json),
            fingerprint: fingerprint(&schema.to_string()),
            json,
            names,
            whole,
        }
    }

    fn object(&mut self) -> Map<String, Value> {
        let required: Vec<Value> = self
            .order
            .iter()
            .filter(|name| !self.optional.iter().any(|optional| optional == *name))
            .map(|name| Value::from(*name))
            .collect();
        let mut json = Map::new();
        json.insert(
            "$schema".to_owned(),
            Value::from("https://json-schema.org/draft/2020-12/schema"),
        );
        json.insert("type".to_owned(), Value::from("object"));
        json.insert(
            "properties".to_owned(),
            Value::Object(std::mem::take(&mut self.properties)),
        );
        if !required.is_empty() {
            json.insert("required".to_owned(), Value::Array(required));
        }
        let definitions = self.generator.take_definitions(true);
        if !definitions.is_empty() {
            json.insert("$defs".to_owned(), Value::Object(definitions));
        }
        json
    }

    /// Describes the answer: what its type serialises to, not what it is read from. The generator is made and dropped here, and
    /// not in the tool's crate, which would have to compile that.
    pub(crate) fn answer(&mut self, schema: fn(&mut SchemaGenerator) -> Option<Schema>) {
        let settings = SchemaSettings::draft2020_12().for_serialize();
        self.output = schema(&mut settings.into_generator());
    }
}

fn strings(value: Option<&Value>) -> Vec<String> {
    value
        .and_then(Value::as_array)
        .map(|items| {
            items
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect()
        })
        .unwrap_or_default()
}

/// Takes `null` out of what a schema allows, and says whether it was in. Clients choke on `"type": ["T", "null"]`; an optional
/// argument says the same by its absence from `required`.
fn without_null(schema: &mut Schema) -> bool {
    let Some(object) = schema.as_object_mut() else {
        return false;
    };
    strip_null(object)
}

fn strip_null(schema: &mut Map<String, Value>) -> bool {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        let before = types.len();
        types.retain(|name| name != "null");
        let stripped = types.len() < before;
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
        if stripped && let Some(Value::Array(values)) = schema.get_mut("enum") {
            values.retain(|value| !value.is_null());
        }
        return stripped;
    }
    for keyword in ["anyOf", "oneOf"] {
        let Some(Value::Array(branches)) = schema.get_mut(keyword) else {
            continue;
        };
        let before = branches.len();
        branches.retain(|branch| branch.get("type").is_none_or(|name| name != "null"));
        if branches.len() == before {
            continue;
        }
        if branches.len() == 1
            && let Some(Value::Object(only)) = branches.pop()
        {
            schema.remove(keyword);
            for (key, value) in only {
                schema.entry(key).or_insert(value);
            }
        }
        return true;
    }
    false
}

/// Takes `null` out of every optional property of every object schema inside.
fn portable(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            relax_optional(object);
            for inner in object.values_mut() {
                portable(inner);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(portable),
        _ => {}
    }
}

fn relax_optional(object: &mut Map<String, Value>) {
    let required = strings(object.get("required"));
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        for (name, property) in properties {
            if let Value::Object(property) = property
                && !required.contains(name)
            {
                strip_null(property);
                if property.get("default").is_some_and(Value::is_null) {
                    property.remove("default");
                }
            }
        }
    }
}
