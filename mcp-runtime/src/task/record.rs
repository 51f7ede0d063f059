//! A task as it is kept.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::rounds::Question;

/// A task as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) id: String,
    /// Since 1970, as is `updated`.
    pub(crate) created: Duration,
    pub(crate) updated: Duration,
    /// How long it is kept, from `created` on.
    pub(crate) ttl: Duration,
    /// What it is doing, in words.
    pub(crate) message: Option<String>,
    pub(crate) state: State,
}

/// Where a task stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    Working,
    /// These questions are open.
    InputRequired(BTreeMap<String, Asked>),
    /// The result of the call, in the protocol's form.
    Completed(Map<String, Value>),
    /// The error of the call, in the protocol's form.
    Failed(Map<String, Value>),
    Cancelled,
}

/// A question to the client, in the protocol's form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) params: Value,
}

impl State {
    pub(crate) const fn is_terminal(&self) -> bool {
        matches!(self, Self::Completed(_) | Self::Failed(_) | Self::Cancelled)
    }
}

impl From<&Question> for Asked {
    fn from(question: &Question) -> Self {
        Self {
            method: question.method.to_owned(),
            params: question.params.clone(),
        }
    }
}
