//! Between stages 6 and 7: `idempotency = "24h"`, a call that is sent twice runs once.
//!
//! The client chooses an `idempotencyKey`; the same caller, tool, key and arguments are the same action. The key is claimed before the tool
//! runs. A success is kept and given again; a failure after which nothing has happened gives the key back; where the effect may have happened,
//! after a timeout, a panic or a cancellation, the key stays claimed.
//!
//! Refuses a key that was used for other arguments, one whose call is running or ended unknown, and every key while the store is away. Keeps
//! one claim a key in the store.

mod claim;

use std::time::Duration;

use mcp_grammar::{Idempotency, Policies};
use serde_json::{Map, Value, json};

pub(crate) use self::claim::once;
use crate::arg::InputSchema;
use crate::error::{Failure, FieldError};

/// The argument that a client names an action with.
const ARGUMENT: &str = "idempotencyKey";

/// As long as a key may be, in characters.
const LONGEST: usize = 255;

/// How long the first result of a key is kept.
#[derive(Debug)]
pub(crate) struct Rule(Idempotency);

/// Why a key does not let a call through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It was used for other arguments.
    Conflict,
    /// Its call is running.
    InProgress,
    /// Its call ended, and nobody knows whether its effect happened.
    Unknown,
}

impl Rule {
    pub(super) fn new(policies: &Policies<'_>) -> Option<Self> {
        policies.idempotency.map(Self)
    }

    /// Adds the argument to a tool's input schema.
    ///
    /// # Errors
    /// What is wrong with the tool.
    pub(crate) fn describe(&self, input: &mut InputSchema) -> Result<(), String> {
        let Err(place) = input
            .names
            .binary_search_by(|name| name.as_str().cmp(ARGUMENT))
        else {
            return Err(format!(
                "has an argument `{ARGUMENT}`, which `idempotency` adds itself; remove this one, or `idempotency`"
            ));
        };
        let property = json!({
            "type": "string",
            "minLength": 1,
            "maxLength": LONGEST,
            "description": format!(
                "A name of your choice for this one action, such as a UUID. A call with the same name and arguments within {} does nothing again and returns the first result.",
                words(self.0.keep)
            ),
        });
        let properties = input.json.entry("properties").or_insert_with(|| json!({}));
        if let Value::Object(properties) = properties {
            properties.insert(ARGUMENT.to_owned(), property);
        }
        if self.0.required {
            let required = input.json.entry("required").or_insert_with(|| json!([]));
            if let Value::Array(required) = required {
                required.push(Value::from(ARGUMENT));
            }
        }
        input.names.insert(place, ARGUMENT.to_owned());
        Ok(())
    }

    /// Takes the key out of a call's arguments: the tool never sees it.
    ///
    /// # Errors
    /// The key cannot be used, or it is missing where it must be there.
    pub(crate) fn take(
        &self,
        arguments: &mut Map<String, Value>,
    ) -> Result<Option<String>, FieldError> {
        let refuse = |message: String| Err(FieldError::new(ARGUMENT, message));
        match arguments.remove(ARGUMENT) {
            None | Some(Value::Null) if self.0.required => refuse(
                "is required; send a name of your choice for this one action, such as a UUID"
                    .to_owned(),
            ),
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(key)) if (1..=LONGEST).contains(&key.chars().count()) => {
                Ok(Some(key))
            }
            Some(Value::String(_)) => refuse(format!("must have 1 to {LONGEST} characters")),
            Some(_) => refuse("must be a string".to_owned()),
        }
    }
}

/// A time as a model reads it.
fn words(time: Duration) -> String {
    let seconds = time.as_secs();
    let units = [(86_400, "days"), (3_600, "hours"), (60, "minutes")];
    let whole = units
        .iter()
        .find(|(unit, _)| seconds.is_multiple_of(*unit) && seconds > *unit);
    match whole {
        Some((unit, name)) => format!("{} {name}", seconds / unit),
        None => format!("{time:?}"),
    }
}

impl Refused {
    pub(crate) fn into_failure(self) -> Failure {
        match self {
            Self::Conflict => Failure::new(
                "idempotency_conflict",
                "this idempotencyKey was used for a call with other arguments",
            )
            .hint("send the same arguments, or a new key"),
            Self::InProgress => {
                Failure::new("in_progress", "a call with this idempotencyKey is running")
                    .hint("send the same call again later: it returns that call's result")
            }
            Self::Unknown => Failure::new(
                "in_progress",
                "a call with this idempotencyKey ended without a known outcome: its effect may have happened",
            )
            .hint("find out whether it did; to do it once more, send a new key")
            .detail("outcome", "unknown"),
        }
    }
}
