//! The way from a test's client to the server and back.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::mpsc;

use super::memory;
use crate::principal::Principal;
use crate::server::Core;

/// A connection to the server, for one caller.
#[derive(Debug)]
pub(super) enum Wire {
    Memory(memory::Connection),
}

impl Wire {
    pub(super) fn memory(server: Arc<Core>, caller: Option<Arc<Principal>>) -> Self {
        Self::Memory(memory::Connection::open(server, caller))
    }

    /// The same way again, for another caller.
    pub(super) fn reopen(&self, caller: Option<Arc<Principal>>) -> Self {
        match self {
            Self::Memory(connection) => Self::Memory(connection.reopen(caller)),
        }
    }

    pub(super) async fn request(&self, id: u64, message: Value) -> Exchange {
        match self {
            Self::Memory(connection) => connection.request(id, message),
        }
    }

    pub(super) async fn notify(&self, message: Value) {
        match self {
            Self::Memory(connection) => connection.notify(message),
        }
    }
}

/// The messages that come back for one request. Dropped before the answer is there, it cancels the request.
pub(super) struct Exchange {
    messages: mpsc::UnboundedReceiver<Value>,
    answer: Option<Value>,
    cancel: Option<Box<dyn FnOnce() + Send>>,
}

impl Exchange {
    pub(super) fn new(
        messages: mpsc::UnboundedReceiver<Value>,
        cancel: impl FnOnce() + Send + 'static,
    ) -> Self {
        Self {
            messages,
            answer: None,
            cancel: Some(Box::new(cancel)),
        }
    }

    /// The next notification, or `None` once the answer is there.
    pub(super) async fn notification(&mut self) -> Option<Value> {
        if self.answer.is_some() {
            return None;
        }
        let Some(message) = self.messages.recv().await else {
            panic!("the server closed the connection before it answered");
        };
        if message.get("method").is_some() {
            return Some(message);
        }
        self.answer = Some(message);
        self.cancel = None;
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

impl std::fmt::Debug for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exchange")
            .field("answered", &self.answer.is_some())
            .finish_non_exhaustive()
    }
}
