//! The lane for plain calls: `tools/call` of a tool that says nothing to its client while it runs, answered as soon as it is read.
//!
//! rmcp's service gives each request a task of its own with channels around it, for whatever the tool may want to tell the client. A plain
//! call has no use for that. It goes through the same corridor, and is answered as rmcp's service would answer it; whatever rmcp would look
//! at twice, a header out of place, a revision that does not fit, an unknown session, is left to it.

mod head;
mod known;
mod list;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use futures_util::future::BoxFuture;
use rmcp::model::{ErrorCode, RequestId};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

pub(super) use self::known::Known;
use self::known::{InFlight, Session};
use super::peer::Sender;
use super::sessions::Sessions;
use crate::call::{Origin, id_text};
use crate::corridor::{self, Request};
use crate::kind::Kind;
use crate::policy::gate;
use crate::principal::Principal;
use crate::server::Core;
use crate::server::listing::Listing;
use crate::server::written::{Writer, Written};
use crate::trace::TraceId;
use crate::transport::plain::Plain;

/// The lane of one endpoint.
#[derive(Debug)]
pub(super) struct Lane {
    writer: Writer,
    listing: Listing,
    /// Whom requests speak for that no token speaks for.
    caller: Option<Arc<Principal>>,
    sessions: Arc<Sessions>,
}

/// A call that has been let in.
pub(super) struct Admitted {
    writer: Writer,
    id: RequestId,
    request: Request,
    session: Option<(Arc<Sessions>, Arc<Session>)>,
    in_flight: Option<InFlight>,
}

impl Lane {
    pub(super) fn new(
        server: &Arc<Core>,
        caller: Option<Arc<Principal>>,
        sessions: Arc<Sessions>,
    ) -> Self {
        Self {
            writer: Writer::new(server),
            listing: Listing::new(server),
            caller,
            sessions,
        }
    }

    /// Takes a request that is a plain call and nothing else.
    pub(super) fn admit(&self, head: &Parts, body: &[u8], sender: Sender) -> Option<Admitted> {
        let plain = Plain::read(body)?;
        let caller = self.caller(head);
        // What is hidden from the caller is answered where unknown names are, since the form of an answer tells, too; and what is closed to it
        // where it is told what would open it.
        let server = self.writer.server();
        let found = gate::open(server, Kind::Tool, &plain.tool, caller.map(Arc::as_ref))?;
        let tool = found.tool();
        if !tool.plain || !head::accepts_answers(&head.headers) {
            return None;
        }
        let asks = tool.policies.confirm.is_some();
        let mut cancelled = CancellationToken::new();
        let mut in_flight = None;
        let (introduction, session) = match plain.meta.is_versioned() {
            true => {
                let introduction = plain.meta.introduction()?;
                let fits = head::is_current(&introduction.version)
                    && head::speaks_current(&head.headers, "tools/call", Some(&plain.tool));
                (fits && !introduction.capabilities.supports_tasks())
                    .then_some((introduction, None))?
            }
            // There the question is asked while the call runs.
            false if asks || plain.meta.says_who() => return None,
            false => {
                let id = head::session(&head.headers)?;
                // One that is somebody else's is refused where those are that are not there.
                if !self.sessions.admit(id, caller.map(Arc::as_ref)) {
                    return None;
                }
                let session = self.sessions.known().find(id)?;
                if session.introduction().capabilities.supports_tasks() {
                    return None;
                }
                // A token of the client's own: a call whose time is over ends what it started, and is answered all the same.
                in_flight = Some(session.enter(&plain.id, &cancelled)?);
                cancelled = cancelled.child_token();
                let introduction = Arc::clone(session.introduction());
                (introduction, Some((Arc::clone(&self.sessions), session)))
            }
        };
        let trace = plain.meta.trace.unwrap_or_else(|| {
            let parent = head.headers.get(&head::TRACE_PARENT)?.to_str().ok()?;
            TraceId::parse(parent)
        });
        Some(Admitted {
            writer: self.writer.clone(),
            session,
            in_flight,
            request: Request {
                kind: Kind::Tool,
                tool: Arc::clone(&tool.name),
                found: Some(found),
                arguments: plain.arguments,
                caller: caller.cloned(),
                origin: Origin {
                    request_id: id_text(&plain.id),
                    trace,
                    client: introduction,
                    ip: sender.address,
                    cancelled,
                    input_responses: None,
                    request_state: None,
                    task: None,
                },
            },
            id: plain.id,
        })
    }

    /// Who calls: the principal that authentication left with the request, else the endpoint's.
    fn caller<'a>(&'a self, head: &'a Parts) -> Option<&'a Arc<Principal>> {
        let known = head.extensions.get::<Arc<Principal>>();
        known.or(self.caller.as_ref())
    }
}

impl Admitted {
    pub(super) async fn answer(self) -> Response {
        let Some((sessions, session)) = &self.session else {
            let cancelled = self.request.origin.cancelled.clone();
            // Where the client goes away, what the tool handed to threads and tasks learns of it.
            let gone = cancelled.drop_guard();
            let written = self.run(true).await;
            gone.disarm();
            // As rmcp maps them; a call that got this far meets no other.
            let status = match written.error {
                Some(ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY) => StatusCode::BAD_REQUEST,
                _ => StatusCode::OK,
            };
            return respond(status, written);
        };
        if session.is_due() {
            sessions.touch(session.id()).await;
        }
        // In these revisions a client that goes away has not cancelled its call.
        Outliving(Some(Box::pin(self.in_session()))).await
    }

    async fn in_session(mut self) -> Response {
        let in_flight = self.in_flight.take();
        let written = self.run(false).await;
        match in_flight {
            Some(in_flight) if in_flight.is_cancelled() => nothing(),
            // In these revisions rmcp answers 200, whatever the answer says.
            _ => respond(StatusCode::OK, written),
        }
    }

    async fn run(self, current: bool) -> Written {
        let tool = Arc::clone(&self.request.tool);
        let reply = corridor::call(self.writer.server(), self.request).await;
        self.writer.write(reply, &tool, &self.id, current)
    }
}

fn respond(status: StatusCode, written: Written) -> Response {
    response(status, "application/json", written.json.into())
}

/// The answer to a call that was cancelled: a stream in which nothing comes.
fn nothing() -> Response {
    response(StatusCode::OK, "text/event-stream", Body::empty())
}

fn response(status: StatusCode, content_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let content_type = HeaderValue::from_static(content_type);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

/// A call that goes on by itself where nobody waits for it any more.
struct Outliving(Option<BoxFuture<'static, Response>>);

impl Future for Outliving {
    type Output = Response;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response> {
        let Some(call) = &mut self.0 else {
            return Poll::Pending;
        };
        let answer = call.as_mut().poll(context);
        if answer.is_ready() {
            self.0 = None;
        }
        answer
    }
}

impl Drop for Outliving {
    fn drop(&mut self) {
        if let Some(call) = self.0.take()
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(call);
        }
    }
}
