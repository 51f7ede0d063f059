//! Secrets: what is marked secret among the arguments is masked in records, and taken out of answers and errors.
//!
//! A secret is what the input schema marks `writeOnly`: a [`Secret<T>`](crate::Secret) anywhere in the arguments, or a parameter with
//! `#[arg(secret)]`. Where a tool's answer or error repeats a secret text, `[secret]` stands in its place, before the answer is measured,
//! kept or sent. Refuses nothing. Keeps no state.

mod marks;

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::value::to_raw_value;
use serde_json::{Map, Value};

use self::marks::{Found, visit};
pub(crate) use self::marks::{is_secret_at, marks, plain};
use crate::answer::{Body, Content, Output};
use crate::call::Call;
use crate::error::{FieldError, Refusal, ToolError};
use crate::secret::MASK;
use crate::server::registry::Mounted;

/// Shorter secrets are not looked for in answers: they stand in many words by chance. In records they are masked all the same.
const SHORTEST: usize = 4;

/// Arguments as a record may show them. Of a tool that takes secrets, what its schema does not know is masked too: a misspelt `pasword`
/// would be told otherwise.
pub(crate) fn masked<'a>(
    tool: &Mounted,
    arguments: &'a Map<String, Value>,
) -> Cow<'a, Map<String, Value>> {
    if !tool.input.secret {
        return Cow::Borrowed(arguments);
    }
    let mut masked = Value::Object(arguments.clone());
    visit(tool, &mut masked, &mut |secret, _| {
        *secret = Value::from(MASK);
    });
    match masked {
        Value::Object(masked) => Cow::Owned(masked),
        _ => Cow::Owned(Map::new()),
    }
}

/// Takes the call's secrets out of what it ends with.
pub(crate) fn clean(call: &Call, outcome: Result<Output, Refusal>) -> Result<Output, Refusal> {
    if !call.tool.input.secret {
        return outcome;
    }
    let secrets = Secrets::of(&call.tool, &call.arguments);
    if secrets.0.is_empty() {
        return outcome;
    }
    match outcome {
        Ok(mut output) => {
            secrets.clean_output(&mut output)?;
            Ok(output)
        }
        Err(Refusal::Tool(error)) => Err(Refusal::Tool(secrets.clean_error(error))),
        other => other,
    }
}

/// Takes secrets out of what is said of arguments that cannot be used: an author's message may repeat one.
pub(super) fn clean_fields(
    tool: &Mounted,
    arguments: &Map<String, Value>,
    fields: &mut [FieldError],
) {
    if tool.input.secret {
        let secrets = Secrets::of(tool, arguments);
        for field in fields {
            secrets.clean_text(&mut field.message);
        }
    }
}

/// The secret texts of one call, in every spelling in which they are looked for.
struct Secrets(Vec<String>);

impl Secrets {
    fn of(tool: &Mounted, arguments: &Map<String, Value>) -> Self {
        let mut found = BTreeSet::new();
        match &tool.input.plain_secrets {
            Some(names) => {
                for secret in names.iter().filter_map(|name| arguments.get(name)) {
                    texts(secret, &mut found);
                }
            }
            None => {
                let mut arguments = Value::Object(arguments.clone());
                visit(tool, &mut arguments, &mut |secret, why| {
                    if why == Found::Marked {
                        texts(secret, &mut found);
                    }
                });
            }
        }
        Self::sorted(found)
    }

    /// The longest first, so that one secret inside another leaves no rest.
    fn sorted(found: BTreeSet<String>) -> Self {
        let mut texts: Vec<String> = found.into_iter().collect();
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        Self(texts)
    }

    /// The text without secrets, if it had any.
    fn cleaned(&self, text: &str) -> Option<String> {
        let mut cleaned = Cow::Borrowed(text);
        for secret in &self.0 {
            if cleaned.contains(secret) {
                cleaned = Cow::Owned(cleaned.replace(secret, MASK));
            }
        }
        match cleaned {
            Cow::Borrowed(_) => None,
            Cow::Owned(cleaned) => Some(cleaned),
        }
    }

    fn clean_text(&self, text: &mut String) {
        if let Some(cleaned) = self.cleaned(text) {
            *text = cleaned;
        }
    }

    fn clean_value(&self, value: &mut Value) {
        match value {
            Value::String(text) => self.clean_text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.clean_value(item)),
            Value::Object(object) => self.clean_object(object),
            _ => {}
        }
    }

    fn clean_object(&self, object: &mut Map<String, Value>) {
        if object.keys().any(|key| self.cleaned(key).is_some()) {
            *object = std::mem::take(object)
                .into_iter()
                .map(|(key, value)| (self.cleaned(&key).unwrap_or(key), value))
                .collect();
        }
        object
            .values_mut()
            .for_each(|value| self.clean_value(value));
    }

    fn clean_output(&self, output: &mut Output) -> Result<(), ToolError> {
        for content in &mut output.content {
            self.clean_content(content);
        }
        self.clean_object(&mut output.meta);
        if let Some(json) = &mut output.structured {
            let mut value: Value = serde_json::from_str(json.get())?;
            self.clean_value(&mut value);
            *json = to_raw_value(&value)?;
        }
        Ok(())
    }

    fn clean_content(&self, content: &mut Content) {
        match content {
            Content::Text { text } => self.clean_text(text),
            // Pixels and samples are not read as text.
            Content::Image(_) | Content::Audio(_) => {}
            Content::Resource { resource } => {
                self.clean_text(&mut resource.uri);
                if let Body::Text(text) = &mut resource.body {
                    self.clean_text(text);
                }
            }
            Content::ResourceLink(link) => {
                self.clean_text(&mut link.uri);
                self.clean_text(&mut link.name);
                for text in [&mut link.title, &mut link.description]
                    .into_iter()
                    .flatten()
                {
                    self.clean_text(text);
                }
            }
        }
    }

    fn clean_error(&self, error: ToolError) -> ToolError {
        error.map_texts(|text| self.cleaned(text))
    }
}

/// Every text inside a secret, as it is and as JSON and a URL spell it.
fn texts(secret: &Value, found: &mut BTreeSet<String>) {
    match secret {
        Value::String(text) if text.len() >= SHORTEST => {
            let json = Value::from(text.as_str()).to_string();
            found.insert(json[1..json.len() - 1].to_owned());
            found.insert(percent_encoded(text));
            found.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(object) => object.values().for_each(|value| texts(value, found)),
        _ => {}
    }
}

/// A text as a URL's query spells it (RFC 3986, section 2.3).
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests;
