//! A connection like stdio's: lines of JSON through a pipe, here within one process.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream};
use tokio::sync::mpsc;

use super::settings::{Answering, Settings, answer};
use super::wire::{Event, Exchange, Incoming};
use crate::principal::Principal;
use crate::server::Core;
use crate::server::handler::Handler;

/// What the pipe holds before a writer must wait.
const PIPE_BYTES: usize = 64 * 1024;

/// One end of the pipe; a task of its own serves the other. Dropping it closes the pipe.
#[derive(Debug)]
pub(super) struct Connection {
    server: Arc<Core>,
    settings: Arc<Settings>,
    outgoing: mpsc::UnboundedSender<Outgoing>,
}

/// A message to send, and where its answer goes if it is a request.
#[derive(Debug)]
struct Outgoing {
    message: Option<Value>,
    request: Option<(u64, mpsc::UnboundedSender<Event>)>,
}

impl Connection {
    pub(super) fn open(
        (server, settings): (Arc<Core>, Arc<Settings>),
        caller: Option<Arc<Principal>>,
    ) -> Self {
        let (ours, theirs) = tokio::io::duplex(PIPE_BYTES);
        let handler = Handler::with_caller(Arc::clone(&server), caller);
        tokio::spawn(async move {
            match rmcp::serve_server(handler, theirs).await {
                Ok(running) => drop(running.waiting().await),
                // The client left before it had said anything.
                Err(error) => tracing::debug!(%error, "no session"),
            }
        });
        let (outgoing, messages) = mpsc::unbounded_channel();
        tokio::spawn(carry(ours, messages, settings.answering.clone()));
        Self {
            server,
            settings,
            outgoing,
        }
    }

    pub(super) fn reopen(&self, caller: Option<Arc<Principal>>) -> Self {
        let link = (Arc::clone(&self.server), Arc::clone(&self.settings));
        Self::open(link, caller)
    }

    pub(super) fn request(&self, id: u64, message: Value) -> Exchange {
        let (answers, messages) = mpsc::unbounded_channel();
        self.send(message, Some((id, answers)));
        let outgoing = self.outgoing.clone();
        Exchange::new(messages, move || {
            let message = json!({
                "jsonrpc": "2.0",
                "method": "notifications/cancelled",
                "params": {"requestId": id},
            });
            // A connection that is gone has cancelled everything itself.
            let _ = outgoing.send(Outgoing {
                message: Some(message),
                request: None,
            });
        })
    }

    /// What the server says by itself: a request that was never sent, and is never answered.
    pub(super) fn listen(&self) -> Exchange {
        let (answers, messages) = mpsc::unbounded_channel();
        let _ = self.outgoing.send(Outgoing {
            message: None,
            request: Some((0, answers)),
        });
        Exchange::new(messages, || {})
    }

    pub(super) fn notify(&self, message: Value) {
        self.send(message, None);
    }

    fn send(&self, message: Value, request: Option<(u64, mpsc::UnboundedSender<Event>)>) {
        // Where the server is gone, the answer's channel closes, and that is what the test reads.
        let message = Some(message);
        let _ = self.outgoing.send(Outgoing { message, request });
    }
}

/// Carries messages both ways until either end is closed.
async fn carry(
    pipe: DuplexStream,
    mut outgoing: mpsc::UnboundedReceiver<Outgoing>,
    answering: Option<Answering>,
) {
    let (reader, mut writer) = tokio::io::split(pipe);
    let mut lines = BufReader::new(reader).lines();
    let mut open = HashMap::new();
    loop {
        let mut line = tokio::select! {
            biased;
            line = lines.next_line() => match line {
                Ok(Some(line)) => match route(&line, &mut open) {
                    Some((id, question)) => answer(answering.as_ref(), &id, &question).to_string(),
                    None => continue,
                },
                _ => return,
            },
            message = outgoing.recv() => match message {
                Some(Outgoing { message, request }) => {
                    open.extend(request);
                    match message {
                        Some(message) => message.to_string(),
                        None => continue,
                    }
                }
                None => return,
            },
        };
        line.push('\n');
        if writer.write_all(line.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// Gives a message to the request it belongs to. What the server asks is handed back, with its id.
fn route(
    line: &str,
    open: &mut HashMap<u64, mpsc::UnboundedSender<Event>>,
) -> Option<(Value, Value)> {
    let message = match Incoming::read(line.as_bytes()) {
        Incoming::Question(id, question) => return Some((id, question)),
        Incoming::Event(Event::Message(message)) => message,
        Incoming::Event(broken) => {
            let mut requests = open.drain().map(|(_, request)| request);
            // It may have been anybody's answer: one is told, the others read that the connection is closed.
            drop(requests.next().map(|request| request.send(broken)));
            return None;
        }
    };
    if message.get("method").is_none() {
        let id = message["id"].as_u64();
        if let Some(request) = id.and_then(|id| open.remove(&id)) {
            // Nobody listens any more once the client has let go.
            let _ = request.send(Event::Message(message));
        }
        return None;
    }
    let token = message["params"]["progressToken"].as_u64();
    // A log message names no request: it is heard by all that run.
    let concerns = |id: &u64| token.is_none_or(|token| token == *id);
    for (_, request) in open.iter().filter(|(id, _)| concerns(id)) {
        let _ = request.send(Event::Message(message.clone()));
    }
    None
}
