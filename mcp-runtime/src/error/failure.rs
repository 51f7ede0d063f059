//! What an `isError` result says.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::FieldError;

/// What an `isError` result says: a text for the model, and the same as one object for programs.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) code: &'static str,
    pub(crate) message: Cow<'static, str>,
    pub(crate) hint: Option<Cow<'static, str>>,
    pub(crate) fields: Vec<FieldError>,
    /// How many errors are not among the fields.
    pub(crate) more: usize,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) id: Option<String>,
    pub(crate) details: Map<String, Value>,
}

impl Failure {
    pub(crate) fn new(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
            fields: Vec::new(),
            more: 0,
            retry_after: None,
            id: None,
            details: Map::new(),
        }
    }

    pub(crate) fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn detail(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.details.insert(key.to_owned(), value.into());
        self
    }

    /// The text that stands in the result's `content`.
    pub(crate) fn text(&self) -> String {
        let mut text = self.message.to_string();
        for field in &self.fields {
            text.push_str("\n- ");
            if !field.path.is_empty() {
                text.push_str(&field.path);
                text.push_str(": ");
            }
            text.push_str(&field.message);
        }
        if self.more > 0 {
            text.push_str(&format!("\n- and {} more", self.more));
        }
        if let Some(hint) = &self.hint {
            text.push_str("\nhint: ");
            text.push_str(hint);
        }
        if let Some(id) = &self.id {
            text.push_str(" (id ");
            text.push_str(id);
            text.push(')');
        }
        text
    }

    /// The object that stands under [`ERROR_META_KEY`] in the result's `_meta`.
    pub(crate) fn object(&self) -> Value {
        let mut object = self.details.clone();
        object.insert("version".into(), json!(1));
        object.insert("code".into(), json!(self.code));
        object.insert("message".into(), json!(self.text()));
        if let Some(hint) = &self.hint {
            object.insert("hint".into(), json!(hint));
        }
        if !self.fields.is_empty() {
            object.insert("errors".into(), json!(self.fields));
        }
        if self.more > 0 {
            object.insert("more".into(), json!(self.more));
        }
        if let Some(wait) = self.retry_after {
            object.insert("retryAfterMs".into(), json!(millis_ceil(wait)));
        }
        if let Some(id) = &self.id {
            object.insert("id".into(), json!(id));
        }
        Value::Object(object)
    }
}

/// An id that ties what a client reads to what the log says: 12 hexadecimal digits.
pub(crate) fn incident_id() -> String {
    format!("{:012x}", rand::random::<u64>() >> 16)
}

/// Whole milliseconds, rounded up: a client that waits this long has waited long enough.
pub(crate) fn millis_ceil(wait: Duration) -> u64 {
    u64::try_from(wait.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}
