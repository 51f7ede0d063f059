//! One HTTP request, from its head to its answer.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};

use super::Options;
use super::answers::{Answers, until_sent};
use super::envelope::{Envelope, malformed};
use super::guard::Guard;
use super::refusal::Refusal;
use super::sessions::Sessions;
use crate::principal::Principal;
use crate::server::Core;
use crate::server::handler::Handler;
use crate::transport::message::BYTE_ORDER_MARK;

/// How long a client may take to send a request's body.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// When a client that found no session free may try again.
const SESSION_RETRY: Duration = Duration::from_secs(30);

/// What stands between the network and the protocol.
#[derive(Clone)]
pub(super) struct Edge(Arc<Inner>);

struct Inner {
    guard: Guard,
    max_body: usize,
    sessions: Arc<Sessions>,
    answers: Answers,
    protocol: StreamableHttpService<Handler, Sessions>,
}

impl Edge {
    /// `caller` is whom requests speak for that no token speaks for.
    pub(super) fn new(
        core: Arc<Core>,
        caller: Option<Arc<Principal>>,
        guard: Guard,
        options: &Options,
        answers: Answers,
    ) -> Self {
        let sessions = Arc::new(Sessions::new(options.max_sessions));
        // Hosts, origins and the size of a body are checked here, before rmcp looks at the request.
        let config = StreamableHttpServerConfig::default()
            .disable_allowed_hosts()
            .disable_allowed_origins()
            .with_max_request_body_bytes(options.max_body)
            .with_json_response(true)
            .with_cancellation_token(answers.cut());
        let handler = move || Ok(Handler::with_caller(Arc::clone(&core), caller.clone()));
        Self(Arc::new(Inner {
            guard,
            max_body: options.max_body,
            answers,
            protocol: StreamableHttpService::new(handler, Arc::clone(&sessions), config),
            sessions,
        }))
    }

    pub(super) async fn answer(&self, request: Request) -> Response {
        match self.0.stages(request).await {
            Ok(response) => response,
            Err(refusal) => refusal.into_response(),
        }
    }
}

impl Inner {
    async fn stages(&self, request: Request) -> Result<Response, Refusal> {
        // First, and from the head alone: nothing is read from somebody who may not speak to us.
        self.guard.check(request.uri(), request.headers())?;
        let (head, body) = request.into_parts();
        // Without a message there is nothing to look into. The protocol refuses what is not JSON by its head.
        if head.method != Method::POST || !is_json(&head.headers) {
            return Ok(self.protocol(head, Bytes::new()).await);
        }
        let body = read(&head.headers, body, self.max_body).await?;
        let envelope = Envelope::read(&body)?;
        let opens_session = envelope.is_initialize();
        // A subscription has no end to wait for.
        let owed = (!envelope.is_subscription()).then(|| self.answers.owe());
        if opens_session && self.sessions.is_full() {
            return Err(no_session());
        }
        let answer = self.protocol(head, body.clone()).await;
        match answer.status() {
            // What rmcp cannot read as a message: it says so with a status that is about the content's type.
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Err(malformed(&body)),
            // The last place was taken since.
            StatusCode::INTERNAL_SERVER_ERROR if opens_session && self.sessions.is_full() => {
                Err(no_session())
            }
            _ => Ok(match owed {
                Some(owed) => until_sent(answer, owed),
                None => answer,
            }),
        }
    }

    async fn protocol(&self, head: Parts, body: Bytes) -> Response {
        let request = Request::from_parts(head, Full::new(body));
        self.protocol.handle(request).await.map(Body::new)
    }
}

/// Reads a body that must end within its size and its time.
async fn read(headers: &HeaderMap, body: Body, most: usize) -> Result<Bytes, Refusal> {
    let announced = headers.get(CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > most as u64) {
        return Err(too_large(most));
    }
    let whole = Limited::new(body, most).collect();
    match tokio::time::timeout(BODY_TIMEOUT, whole).await {
        Ok(Ok(whole)) => Ok(unmarked(whole.to_bytes())),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large(most)),
        Ok(Err(_)) => Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "the body ended early",
        )),
        Err(_) => Err(Refusal::new(
            StatusCode::REQUEST_TIMEOUT,
            "the body took too long",
        )),
    }
}

/// A body without its byte order mark, as on stdio.
fn unmarked(body: Bytes) -> Bytes {
    match body.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => body.slice_ref(rest),
        None => body,
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE);
    content_type
        .and_then(|value| value.to_str().ok()?.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

fn too_large(most: usize) -> Refusal {
    let message = format!("the body is larger than {most} bytes");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, message)
}

fn no_session() -> Refusal {
    let message = "every session is taken; try again later, or speak 2026-07-28, which needs none";
    Refusal::full(message, SESSION_RETRY)
}
