//! What can be told of a message without reading its parameters.

use std::borrow::Cow;

use axum::http::StatusCode;
use serde::Deserialize;

use super::refusal::Refusal;
use crate::transport::message::{self, Read};

/// A JSON-RPC message's outside.
#[derive(Debug, Deserialize)]
pub(super) struct Envelope<'a> {
    #[serde(borrow)]
    jsonrpc: Cow<'a, str>,
    #[serde(borrow)]
    method: Option<Cow<'a, str>>,
}

impl<'a> Envelope<'a> {
    /// Reads a body, or says what is wrong with it.
    pub(super) fn read(body: &'a [u8]) -> Result<Self, Refusal> {
        match serde_json::from_slice::<Self>(body) {
            Ok(envelope) if envelope.jsonrpc == "2.0" => match message::named_twice(body) {
                Some(refusal) => Err(Refusal::of_params(refusal)),
                None => Ok(envelope),
            },
            _ => Err(malformed(body)),
        }
    }

    /// Whether the message begins a session.
    pub(super) fn is_initialize(&self) -> bool {
        self.method.as_deref() == Some("initialize")
    }

    /// Whether the answer is a stream that ends when the client says so.
    pub(super) fn is_subscription(&self) -> bool {
        self.method.as_deref() == Some("subscriptions/listen")
    }
}

/// The answer to a body that is no message of the protocol.
pub(super) fn malformed(body: &[u8]) -> Refusal {
    let refusals = match message::read(body) {
        Read::Refused(refusals) => refusals,
        Read::Nothing | Read::Message(_) => Vec::new(),
    };
    match refusals.into_iter().next() {
        Some(refusal) => Refusal::of_message(refusal),
        // What nobody waits for on a line has an answer here: every HTTP request has one.
        None => Refusal::new(StatusCode::BAD_REQUEST, "a body is one message of MCP"),
    }
}
