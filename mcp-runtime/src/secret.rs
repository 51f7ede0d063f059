//! A value that nothing prints.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use validator::{AsRegex, ValidateLength, ValidateRegex};

/// What stands in a secret's place wherever it would be shown.
pub(crate) const MASK: &str = "[secret]";

/// A value that must not be shown: a password, a key, a token.
///
/// It is read like a `T` and nothing but [`expose`](Self::expose) gives it back: `Debug` and `Display` print `[secret]`, and it does not
/// serialise, so that no answer, log line or cache key can hold it by accident. As an argument it is `writeOnly` in the schema, and masked
/// in audit records, answers and errors.
///
/// ```
/// use mcp_runtime::prelude::*;
///
/// /// Sign in.
/// #[tool]
/// async fn sign_in(user: String, password: Secret<String>) -> Result<String, ToolError> {
///     tracing::info!(%user, %password, "signing in"); // password=[secret]
///     if password.expose().len() < 8 {
///         return Err(ToolError::invalid_input("passwords here have eight characters or more"));
///     }
///     Ok(format!("hello, {user}"))
/// }
/// ```
///
/// It cannot go into an answer:
///
/// ```compile_fail,E0277
/// # use mcp_runtime::prelude::*;
/// #[derive(serde::Serialize, schemars::JsonSchema)]
/// struct Account { password: Secret<String> }
/// ```
///
/// `#[arg(secret)]` on a parameter of a plain type masks it in records and answers as well; what the tool's own code prints of it is then
/// the tool's own affair.
#[derive(Clone, Default)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, in clear.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value itself, in clear.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self).map_err(|error| {
            // Serde's own text may hold the value: `invalid type: string "hunter2", expected u64`.
            let text = error.to_string();
            match text.rsplit_once(", expected ") {
                Some((_, expected)) => {
                    D::Error::custom(format_args!("a secret, expected {expected}"))
                }
                None => {
                    D::Error::custom("a secret that does not have the form its schema asks for")
                }
            }
        })
    }
}

impl<T: JsonSchema> JsonSchema for Secret<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("Secret_{}", T::schema_name()).into()
    }

    // A reference would hide the mark from clients that look at the property alone.
    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = match T::inline_schema() {
            true => T::json_schema(generator),
            false => schemars::json_schema!({ "allOf": [generator.subschema_for::<T>()] }),
        };
        mark(&mut schema);
        schema
    }
}

/// Marks a schema as a secret's.
pub(crate) fn mark(schema: &mut Schema) {
    schema.insert("writeOnly".to_owned(), Value::Bool(true));
    let text = schema.get("type").and_then(Value::as_str) == Some("string");
    if text && schema.get("format").is_none() {
        schema.insert("format".to_owned(), Value::from("password"));
    }
}

impl<T: ValidateLength<u64>> ValidateLength<u64> for Secret<T> {
    fn length(&self) -> Option<u64> {
        self.0.length()
    }
}

impl<T: ValidateRegex> ValidateRegex for Secret<T> {
    fn validate_regex(&self, regex: impl AsRegex) -> bool {
        self.0.validate_regex(regex)
    }
}
