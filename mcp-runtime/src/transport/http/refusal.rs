//! Refusals that come before the protocol has a say: an HTTP status, with a JSON-RPC error as the body.

use std::borrow::Cow;
use std::time::Duration;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::transport::message::{self, INVALID_REQUEST};

/// JSON-RPC 2.0, section 5.1.
const INTERNAL_ERROR: i32 = -32603;

/// Why a request goes no further.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    error: message::Refusal,
    retry_after: Option<Duration>,
    challenge: Option<Box<HeaderValue>>,
}

impl Refusal {
    /// The request is at fault.
    pub(super) fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            error: message::Refusal::new(INVALID_REQUEST, None, message),
            retry_after: None,
            challenge: None,
        }
    }

    /// The body is at fault.
    pub(super) fn of_message(error: message::Refusal) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            error,
            retry_after: None,
            challenge: None,
        }
    }

    /// What the message asks for is at fault: an answer as any other that the protocol gives.
    pub(super) fn of_params(error: message::Refusal) -> Self {
        Self {
            status: StatusCode::OK,
            ..Self::of_message(error)
        }
    }

    /// The server has no room for now.
    pub(super) fn full(message: impl Into<Cow<'static, str>>, retry_after: Duration) -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            error: message::Refusal::new(INTERNAL_ERROR, None, message),
            retry_after: Some(retry_after),
            challenge: None,
        }
    }

    /// The caller has had its share for now.
    pub(super) fn too_many(message: impl Into<Cow<'static, str>>, retry_after: Duration) -> Self {
        Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            ..Self::full(message, retry_after)
        }
    }

    /// With what the client must bring to be let in.
    #[cfg(feature = "auth")]
    pub(super) fn challenging(mut self, challenge: HeaderValue) -> Self {
        self.challenge = Some(Box::new(challenge));
        self
    }

    /// As the answer to the message in this body.
    #[cfg(feature = "auth")]
    pub(super) fn answering(mut self, body: &[u8]) -> Self {
        self.error = self.error.answering(body);
        self
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        // What a refusal is made of can always be written.
        let body = serde_json::to_string(&self.error).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(wait) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs()));
        }
        if let Some(challenge) = self.challenge {
            headers.insert(WWW_AUTHENTICATE, *challenge);
        }
        response
    }
}
