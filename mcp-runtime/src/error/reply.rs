//! What a call comes to.

use super::{Failure, Refusal};
use crate::answer::Output;
use crate::client::Capability;
use crate::rounds::InputRequired;

/// What the transport is to answer.
#[derive(Debug)]
pub(crate) enum Reply {
    Output(Output),
    Failure(Failure),
    /// JSON-RPC -32602: as far as this caller is concerned there is no such tool.
    UnknownTool,
    /// The client is to answer questions and call again.
    InputRequired(InputRequired),
    /// JSON-RPC -32021: the client lacks what the tool needs.
    Lacks(Capability),
    /// JSON-RPC -32602: the state that the client sent back is not the one it was given.
    BrokenState,
    /// Nobody waits for an answer any more.
    Cancelled,
}

impl Reply {
    pub(crate) fn new(tool: &str, outcome: Result<Output, Refusal>) -> Self {
        match outcome {
            Ok(output) => Self::Output(output),
            Err(refusal) => refusal.into_reply(tool),
        }
    }

    /// The id under which the log tells more than the answer does.
    pub(crate) fn incident(&self) -> Option<&str> {
        match self {
            Self::Failure(failure) => failure.id.as_deref(),
            _ => None,
        }
    }

    /// The call's outcome in one word, for logs and metrics.
    pub(crate) fn outcome(&self) -> &'static str {
        match self {
            Self::Output(_) => "ok",
            Self::Failure(failure) => failure.code,
            Self::UnknownTool => "unknown_tool",
            Self::InputRequired(_) => "input_required",
            Self::Lacks(_) => "client_lacks_capability",
            Self::BrokenState => "broken_state",
            Self::Cancelled => "cancelled",
        }
    }
}
