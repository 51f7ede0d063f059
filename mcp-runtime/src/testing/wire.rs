//! The way from a test's client to the server and back.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::mpsc;

use super::{memory, web};
use crate::principal::Principal;

/// A connection to the server, for one caller.
#[derive(Debug)]
pub(super) enum Wire {
    Memory(memory::Connection),
    Http(web::Connection),
}

impl Wire {
    /// The same way again, for another caller.
    pub(super) fn reopen(&self, caller: Option<Arc<Principal>>) -> Self {
        match self {
            Self::Memory(connection) => Self::Memory(connection.reopen(caller)),
            Self::Http(connection) => Self::Http(connection.reopen(caller)),
        }
    }

    pub(super) fn request(&self, id: u64, message: Value) -> Exchange {
        match self {
            Self::Memory(connection) => connection.request(id, message),
            Self::Http(connection) => connection.request(id, &message),
        }
    }

    /// What the server says by itself, in a session.
    pub(super) async fn listen(&self) -> Exchange {
        match self {
            Self::Memory(connection) => connection.listen(),
            Self::Http(connection) => connection.listen().await,
        }
    }

    pub(super) async fn notify(&self, message: Value) {
        match self {
            Self::Memory(connection) => connection.notify(message),
            Self::Http(connection) => connection.notify(&message).await,
        }
    }
}

/// What comes back for one request.
#[derive(Debug)]
pub(super) enum Event {
    /// HTTP's status, before anything else.
    Status(u16),
    Message(Value),
    /// There is no answer, and why.
    Broken(String),
}

/// A message of the server's: for the request it belongs to, or a question with its id.
#[derive(Debug)]
pub(super) enum Incoming {
    Event(Event),
    Question(Value, Value),
}

impl Incoming {
    pub(super) fn read(json: &[u8]) -> Self {
        let Ok(message) = serde_json::from_slice::<Value>(json) else {
            let said = String::from_utf8_lossy(json);
            return Self::Event(Event::Broken(format!(
                "the server wrote what is not JSON: {said}"
            )));
        };
        match (message.get("method"), message.get("id")) {
            (Some(_), Some(id)) => Self::Question(id.clone(), message),
            _ => Self::Event(Event::Message(message)),
        }
    }
}

/// The messages that come back for one request. Dropped before the answer is there, it cancels the request.
pub(super) struct Exchange {
    events: mpsc::UnboundedReceiver<Event>,
    answer: Option<Value>,
    pub(super) status: Option<u16>,
    cancel: Option<Box<dyn FnOnce() + Send>>,
}

impl Exchange {
    pub(super) fn new(
        events: mpsc::UnboundedReceiver<Event>,
        cancel: impl FnOnce() + Send + 'static,
    ) -> Self {
        Self {
            events,
            answer: None,
            status: None,
            cancel: Some(Box::new(cancel)),
        }
    }

    /// The next notification, or `None` once the answer is there.
    pub(super) async fn notification(&mut self) -> Option<Value> {
        while self.answer.is_none() {
            match self.events.recv().await {
                Some(Event::Status(status)) => self.status = Some(status),
                Some(Event::Message(message)) if message.get("method").is_some() => {
                    return Some(message);
                }
                Some(Event::Message(answer)) => {
                    self.answer = Some(answer);
                    self.cancel = None;
                }
                Some(Event::Broken(why)) => panic!("{why}"),
                None => panic!("the server closed the connection before it answered"),
            }
        }
        None
    }

    /// The answer, once [`notification`](Self::notification) has said that it is there.
    pub(super) fn answer(&mut self) -> Value {
        self.answer.take().unwrap_or_default()
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if let Some(cancel) = self.cancel.take() {
            cancel();
        }
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("answered", &self.answer.is_some())
            .finish_non_exhaustive()
    }
}
