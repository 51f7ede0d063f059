//! One HTTP request, from its head to its answer.

use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderName};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::response::{IntoResponse as _, Response};
use futures_util::poll;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};

use super::Options;
#[cfg(feature = "auth")]
use super::answers::until;
use super::answers::{Answers, until_sent};
#[cfg(feature = "auth")]
use super::bearer::Bearer;
use super::envelope::{Envelope, malformed};
use super::guard::Guard;
use super::lane::Lane;
use super::peer::{Peer, Proxies, Sender};
use super::refusal::Refusal;
use super::sessions::Sessions;
#[cfg(feature = "auth")]
use super::token::Token;
use crate::principal::Principal;
use crate::server::Core;
use crate::server::asking::on_behalf_of;
use crate::server::handler::Handler;
use crate::transport::message::BYTE_ORDER_MARK;

pub(super) const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");

/// The first revision whose requests say in headers what they ask for.
pub(super) const CURRENT: &str = "2026-07-28";

/// How long a client may take to send a request's body.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// How much is read from somebody who is sure to be refused: enough to find the id that the refusal answers.
#[cfg(feature = "auth")]
const STRANGER_BODY: usize = 64 * 1024;

/// When a client that found no session free may try again.
const SESSION_RETRY: Duration = Duration::from_secs(30);

const JSON: &str = "application/json";

const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");

/// What is checked before a request reaches the protocol.
pub(super) struct Checks {
    pub(super) guard: Guard,
    pub(super) proxies: Proxies,
    #[cfg(feature = "auth")]
    pub(super) bearer: Option<Bearer>,
}

/// What stands between the network and the protocol.
#[derive(Clone)]
pub(super) struct Edge(Arc<Inner>);

struct Inner {
    guard: Guard,
    proxies: Proxies,
    #[cfg(feature = "auth")]
    bearer: Option<Bearer>,
    max_body: usize,
    sessions: Arc<Sessions>,
    answers: Answers,
    lane: Option<Lane>,
    protocol: StreamableHttpService<Handler, Sessions>,
}

impl Edge {
    /// `caller` is whom requests speak for that no token speaks for.
    pub(super) fn new(
        core: Arc<Core>,
        caller: Option<Arc<Principal>>,
        checks: Checks,
        options: &Options,
        answers: Answers,
    ) -> Self {
        let sessions = Arc::new(Sessions::new(
            options.max_sessions,
            options.max_sessions_per_caller,
        ));
        // Hosts, origins and the size of a body are checked here, before rmcp looks at the request.
        let config = StreamableHttpServerConfig::default()
            .disable_allowed_hosts()
            .disable_allowed_origins()
            .with_max_request_body_bytes(options.max_body)
            .with_json_response(true)
            .with_cancellation_token(answers.cut());
        let lane = options.lane && !checks.guard.takes_any_host();
        let lane = lane.then(|| Lane::new(&core, caller.clone(), Arc::clone(&sessions)));
        let handler = move || Ok(Handler::with_caller(Arc::clone(&core), caller.clone()));
        Self(Arc::new(Inner {
            guard: checks.guard,
            proxies: checks.proxies,
            #[cfg(feature = "auth")]
            bearer: checks.bearer,
            max_body: options.max_body,
            answers,
            lane,
            protocol: StreamableHttpService::new(handler, Arc::clone(&sessions), config),
            sessions,
        }))
    }

    pub(super) async fn answer<B>(&self, request: Request<B>, peer: &Peer) -> Response
    where
        B: HttpBody<Data = Bytes>,
        B::Error: Into<BoxError>,
    {
        match self.0.stages(request, peer).await {
            Ok(response) => response,
            Err(refusal) => refusal.into_response(),
        }
    }
}

impl Inner {
    async fn stages<B>(&self, request: Request<B>, peer: &Peer) -> Result<Response, Refusal>
    where
        B: HttpBody<Data = Bytes>,
        B::Error: Into<BoxError>,
    {
        // First, and from the head alone: nothing is read from somebody who may not speak to us.
        self.guard.check(request.uri(), request.headers())?;
        let (mut head, body) = request.into_parts();
        let sender = self.proxies.sender(peer.address, &head.headers);
        // Without a message there is nothing to look into. The protocol refuses what is not JSON by its head.
        let has_message = head.method == Method::POST && is_json(&head.headers);
        let body = match has_message {
            true => {
                let announced = announced(&head.headers);
                let most = self.most(&head, announced);
                match read(announced, body, most).await {
                    // It is turned away below, with what it must bring, whatever it sends.
                    Err(_) if most < self.max_body => Bytes::new(),
                    read => read?,
                }
            }
            false => Bytes::new(),
        };
        #[cfg(feature = "auth")]
        let token = match &self.bearer {
            Some(bearer) => bearer.identify(&mut head, &body, (peer, sender)).await?,
            None => None,
        };
        if has_message
            && let Some(lane) = &self.lane
            && let Some(call) = lane.admit(&head, &body, sender)
        {
            let _owed = self.answers.owe();
            return Ok(call.answer().await);
        }
        #[cfg(feature = "auth")]
        if let Some(bearer) = &self.bearer {
            bearer.admit(&head, &body, sender).await?;
        }
        self.check_session(&mut head)?;
        if !has_message {
            let ends_session = head.method == Method::DELETE;
            let mut answer = self.protocol(head, body, sender).await;
            if ends_session && answer.status() == StatusCode::ACCEPTED {
                // It has happened. rmcp says that it will, which clients report as a failure.
                *answer.status_mut() = StatusCode::NO_CONTENT;
            }
            #[cfg(feature = "auth")]
            let answer = self.while_it_holds(answer, token);
            return Ok(answer);
        }
        if let Some(list) = self.lane.as_ref().and_then(|lane| lane.list(&head, &body)) {
            return Ok(list);
        }
        let envelope = Envelope::read(&body)?;
        let opens_session = envelope.is_initialize();
        // A subscription has no end to wait for.
        let subscribes = envelope.is_subscription();
        let owed = (!subscribes).then(|| self.answers.owe());
        let caller = head.extensions.get::<Arc<Principal>>().cloned();
        if opens_session {
            self.room(caller.as_deref())?;
        }
        let answer = self.protocol(head, body.clone(), sender).await;
        if opens_session && let Some(id) = session(answer.headers()) {
            // Nobody else has heard of it yet.
            self.sessions.admit(id, caller.as_deref());
        }
        match answer.status() {
            // What rmcp cannot read as a message: it says so with a status that is about the content's type.
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Err(malformed(&body)),
            // The last place was taken since.
            StatusCode::INTERNAL_SERVER_ERROR if opens_session => {
                self.room(caller.as_deref()).map(|()| answer)
            }
            _ => Ok(match owed {
                Some(owed) => until_sent(answer, owed),
                #[cfg(feature = "auth")]
                None => self.while_it_holds(answer, token),
                #[cfg(not(feature = "auth"))]
                None => answer,
            }),
        }
    }

    /// How large this request's body may be. Who is sure to be refused must not take the memory that callers have.
    #[cfg(feature = "auth")]
    fn most(&self, head: &Parts, announced: Option<u64>) -> usize {
        if let Some(bearer) = &self.bearer
            && announced.is_none_or(|length| length > STRANGER_BODY as u64)
            && bearer.turns_away(head)
        {
            return self.max_body.min(STRANGER_BODY);
        }
        self.max_body
    }

    #[cfg(not(feature = "auth"))]
    fn most(&self, _: &Parts, _: Option<u64>) -> usize {
        self.max_body
    }

    /// A stream that no call ends, as long as the token holds that it was asked for with.
    #[cfg(feature = "auth")]
    fn while_it_holds(&self, answer: Response, token: Option<Token>) -> Response {
        match self.bearer.as_ref().zip(token) {
            Some((bearer, token)) => until(answer, bearer.over(token)),
            None => answer,
        }
    }

    /// Refuses a session that there is no place for.
    fn room(&self, caller: Option<&Principal>) -> Result<(), Refusal> {
        if self.sessions.is_full() {
            let message =
                "every session is taken; try again later, or speak 2026-07-28, which needs none";
            return Err(Refusal::full(message, SESSION_RETRY));
        }
        if self.sessions.is_full_for(caller) {
            let message = "this caller has as many sessions as one may have; end one, or speak 2026-07-28, which needs none";
            return Err(Refusal::too_many(message, SESSION_RETRY));
        }
        Ok(())
    }

    /// A session is its caller's alone; to anybody else, there is none.
    fn check_session(&self, head: &mut Parts) -> Result<(), Refusal> {
        let Some(id) = session(&head.headers) else {
            return Ok(());
        };
        if head.method == Method::POST && is_current(&head.headers) {
            // This revision has none, whatever the request says.
            head.headers.remove(&SESSION_ID);
            return Ok(());
        }
        let caller = head.extensions.get::<Arc<Principal>>();
        match self.sessions.admit(id, caller.map(Arc::as_ref)) {
            true => Ok(()),
            false => Err(Refusal::new(
                StatusCode::NOT_FOUND,
                "there is no such session; begin a new one",
            )),
        }
    }

    async fn protocol(&self, mut head: Parts, body: Bytes, sender: Sender) -> Response {
        if let Some(address) = sender.address {
            head.extensions.insert(address);
        }
        // Nothing behind this line has a use for it, and it reaches no log and no tool.
        head.headers.remove(AUTHORIZATION);
        let caller = head.extensions.get::<Arc<Principal>>().cloned();
        let request = Request::from_parts(head, Full::new(body));
        // In a box: it is large, and most requests never get here.
        let answer = Box::pin(on_behalf_of(caller, self.protocol.handle(request))).await;
        answer.map(Body::new)
    }
}

/// Whether a request says that it is of the revision that says in headers what it asks for, and knows no sessions.
pub(super) fn is_current(headers: &HeaderMap) -> bool {
    let version = headers.get(&VERSION).and_then(|it| it.to_str().ok());
    version.is_some_and(|version| version.trim() == CURRENT)
}

/// The session that headers name. What is not text is no session's name.
fn session(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get(&SESSION_ID)?;
    Some(id.to_str().unwrap_or_default())
}

/// Reads a body that must end within its size and its time.
async fn read<B>(announced: Option<u64>, body: B, most: usize) -> Result<Bytes, Refusal>
where
    B: HttpBody<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    if announced.is_some_and(|length| length > most as u64) {
        return Err(too_large(most));
    }
    let mut whole = pin!(Limited::new(body, most).collect());
    // As a rule it came along with the head, and no clock is needed.
    let read = match poll!(&mut whole) {
        Poll::Ready(read) => Ok(read),
        Poll::Pending => tokio::time::timeout(BODY_TIMEOUT, whole).await,
    };
    match read {
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

/// How long the body is, as its sender says.
fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// A body without its byte order mark, as on stdio.
fn unmarked(body: Bytes) -> Bytes {
    match body.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => body.slice_ref(rest),
        None => body,
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(content_type) = headers.get(CONTENT_TYPE) else {
        return false;
    };
    // What clients write as a rule.
    if content_type == JSON {
        return true;
    }
    let essence = content_type.to_str().ok();
    let essence = essence.and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(JSON))
}

fn too_large(most: usize) -> Refusal {
    let message = format!("the body is larger than {most} bytes");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, message)
}
