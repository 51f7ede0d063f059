//! A connection like HTTP's, without a socket: the endpoints of production, called in place.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::{Body, Bytes};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use futures_util::StreamExt as _;
use http::header::{ACCEPT, CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio_util::sync::DropGuard;
use tower::ServiceExt as _;

use super::settings::{CURRENT, Settings, answer};
use super::wire::{Event, Exchange, Incoming};
use crate::principal::Principal;
use crate::server::Core;

const PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");
const METHOD: HeaderName = HeaderName::from_static("mcp-method");
const NAME: HeaderName = HeaderName::from_static("mcp-name");

/// The endpoints, and what every request of one client carries.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    server: Arc<Core>,
    router: Router,
    caller: Option<Arc<Principal>>,
    settings: Arc<Settings>,
    /// The session that `initialize` opened.
    session: Arc<OnceLock<String>>,
    /// Ends the server's open streams with its last client.
    _open: Arc<DropGuard>,
}

impl Connection {
    pub(super) fn open(
        (server, settings): (Arc<Core>, Arc<Settings>),
        caller: Option<Arc<Principal>>,
        router: Router,
        open: Arc<DropGuard>,
    ) -> Self {
        Self {
            server,
            router,
            caller,
            settings,
            session: Arc::default(),
            _open: open,
        }
    }

    pub(super) fn reopen(&self, caller: Option<Arc<Principal>>) -> Self {
        Self {
            caller,
            session: Arc::default(),
            ..self.clone()
        }
    }

    pub(super) fn request(&self, id: u64, message: &Value) -> Exchange {
        let (events, received) = mpsc::unbounded_channel();
        let request = self.post(message);
        let this = self.clone();
        let work = tokio::spawn(async move {
            let response = this.send(request).await;
            if let Some(session) = response.headers().get(SESSION_ID) {
                let session = session.to_str().unwrap_or_default().to_owned();
                this.session.get_or_init(|| session);
            }
            this.receive(response, &events).await;
        });
        let this = self.clone();
        Exchange::new(received, move || {
            // The client goes away. Since a session outlives its requests' connections, it must say so there.
            work.abort();
            if this.session.get().is_some()
                && let Ok(runtime) = Handle::try_current()
            {
                let params = json!({"requestId": id});
                let message = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params});
                runtime.spawn(async move { this.notify(&message).await });
            }
        })
    }

    /// What the server says by itself: the session's stream that belongs to no request.
    pub(super) async fn listen(&self) -> Exchange {
        let (events, received) = mpsc::unbounded_channel();
        let (mut head, body) = self.post(&Value::Null).into_parts();
        head.method = http::Method::GET;
        drop(body);
        head.headers
            .insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
        let response = self.send(Request::from_parts(head, Body::empty())).await;
        assert!(
            response.status().is_success(),
            "the server does not let the client listen: {}",
            response.status()
        );
        let this = self.clone();
        let work = tokio::spawn(async move { this.receive(response, &events).await });
        Exchange::new(received, move || work.abort())
    }

    pub(super) async fn notify(&self, message: &Value) {
        let response = self.send(self.post(message)).await;
        assert!(
            response.status().is_success(),
            "the server refused {message} with {}",
            response.status()
        );
    }

    /// Any request at all, its answer read to the end.
    pub(super) async fn raw(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (mut head, body) = request.into_parts();
        self.identify(&mut head);
        let response = self.send(Request::from_parts(head, body.into())).await;
        let (head, body) = response.into_parts();
        match body.collect().await {
            Ok(body) => Response::from_parts(head, body.to_bytes()),
            Err(error) => panic!("the answer's body broke off: {error}"),
        }
    }

    async fn send(&self, request: Request<Body>) -> Response<Body> {
        match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }

    fn post(&self, message: &Value) -> Request<Body> {
        let (mut head, ()) = Request::new(()).into_parts();
        head.method = http::Method::POST;
        head.uri = http::Uri::from_static("/mcp");
        let method = message["method"].as_str().unwrap_or_default();
        let mut headers = vec![
            (HOST, "localhost".to_owned()),
            (CONTENT_TYPE, "application/json".to_owned()),
            (ACCEPT, "application/json, text/event-stream".to_owned()),
        ];
        // Until a handshake is over, no revision is agreed on.
        if self.settings.version == CURRENT || method != "initialize" {
            headers.push((PROTOCOL_VERSION, self.settings.version.to_owned()));
        }
        if let Some(session) = self.session.get() {
            headers.push((SESSION_ID, session.clone()));
        }
        if self.settings.version == CURRENT {
            headers.push((METHOD, method.to_owned()));
            let params = &message["params"];
            let name = params["name"].as_str();
            let name = name.or_else(|| params["taskId"].as_str());
            let uri = || {
                params["uri"]
                    .as_str()
                    .filter(|_| method == "resources/read")
            };
            let name = name.or_else(uri);
            headers.extend(name.map(|name| (NAME, encoded(name))));
            headers.extend(self.mirrored(&message["params"]));
        }
        for (name, value) in headers {
            match value.parse() {
                Ok(value) => drop(head.headers.insert(name, value)),
                Err(error) => panic!("`{value}` cannot stand in the header `{name}`: {error}"),
            }
        }
        self.identify(&mut head);
        Request::from_parts(head, message.to_string().into())
    }

    /// The arguments that stand in headers too, where the tool's schema says so.
    fn mirrored(&self, params: &Value) -> Vec<(HeaderName, String)> {
        let name = params["name"].as_str().unwrap_or_default();
        let tool = self.server.tools().find(name);
        let schema = tool.and_then(|tool| tool.input.json.get("properties")?.as_object());
        let mirror = |(argument, schema): (&String, &Value)| {
            let name = format!("mcp-param-{}", schema["x-mcp-header"].as_str()?);
            let value = match &params["arguments"][argument] {
                Value::String(text) => encoded(text),
                value @ (Value::Bool(_) | Value::Number(_)) => value.to_string(),
                _ => return None,
            };
            Some((name.parse().ok()?, value))
        };
        schema.into_iter().flatten().filter_map(mirror).collect()
    }

    /// Reads an answer, one message or a stream of them.
    async fn receive(&self, response: Response<Body>, events: &mpsc::UnboundedSender<Event>) {
        let status = response.status();
        let content_type = response.headers().get(CONTENT_TYPE).cloned();
        let streamed =
            content_type.is_some_and(|value| value.as_bytes().starts_with(b"text/event-stream"));
        // Nobody listens any more once the client has let go.
        let send = |event| drop(events.send(event));
        send(Event::Status(status.as_u16()));
        let mut frames = response.into_body().into_data_stream();
        let mut unread = Vec::new();
        while let Some(Ok(frame)) = frames.next().await {
            unread.extend_from_slice(&frame);
            while streamed && let Some(end) = unread.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = unread.drain(..=end).collect();
                // An event without data only says where to resume.
                if let Some(data) = line.strip_prefix(b"data:")
                    && !data.trim_ascii().is_empty()
                {
                    match Incoming::read(data) {
                        Incoming::Question(id, question) => self.reply(&id, &question).await,
                        Incoming::Event(event) => send(event),
                    }
                }
            }
        }
        if !streamed {
            match serde_json::from_slice(&unread) {
                Ok(message) => send(Event::Message(message)),
                Err(_) => {
                    let said = String::from_utf8_lossy(&unread);
                    send(Event::Broken(format!(
                        "the server answered {status}: {said}"
                    )));
                }
            }
        }
    }

    /// Answers what the server asks.
    async fn reply(&self, id: &Value, question: &Value) {
        let answer = answer(self.settings.answering.as_ref(), id, question);
        self.notify(&answer).await;
    }

    /// What authentication would leave with the request.
    fn identify(&self, head: &mut Parts) {
        if let Some(caller) = &self.caller {
            head.extensions.insert(Arc::clone(caller));
        }
    }
}

/// A text as a header's value: in Base64 where it would not stand there unchanged (MCP 2026-07-28, "Value Encoding").
fn encoded(text: &str) -> String {
    let plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && text.trim() == text;
    match plain && !text.starts_with("=?base64?") {
        true => text.to_owned(),
        false => format!("=?base64?{}?=", BASE64.encode(text)),
    }
}
