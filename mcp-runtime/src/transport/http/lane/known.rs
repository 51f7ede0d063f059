//! What the lane knows of sessions: who the client is, whether its handshake is over, and which of its calls are in the lane.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use rmcp::model::{
    ClientJsonRpcMessage, ClientNotification, ClientRequest, JsonRpcMessage, RequestId,
    ServerJsonRpcMessage, ServerResult,
};
use rmcp::transport::streamable_http_server::session::SessionId;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::client::ClientInfo;
use crate::server::quiet::Introduction;
use crate::transport::http::SESSION_IDLE;

/// The sessions whose handshake has begun.
#[derive(Debug, Default)]
pub(in crate::transport::http) struct Known(Mutex<HashMap<SessionId, Arc<Session>>>);

/// One session.
#[derive(Debug)]
pub(super) struct Session {
    id: SessionId,
    introduction: Arc<Introduction>,
    ready: AtomicBool,
    calls: Arc<Mutex<HashMap<RequestId, CancellationToken>>>,
    /// When rmcp last heard of it through the lane.
    touched: Mutex<Instant>,
}

/// A call of a session, while it is in the lane.
#[derive(Debug)]
pub(super) struct InFlight {
    calls: Arc<Mutex<HashMap<RequestId, CancellationToken>>>,
    id: RequestId,
    cancelled: CancellationToken,
}

/// A message that concerns the lane, once the session has it too.
pub(in crate::transport::http) struct Heard(Option<Arc<Session>>);

impl Known {
    /// What a client says of itself as it begins a session.
    pub(in crate::transport::http) fn read(message: &ClientJsonRpcMessage) -> Option<Introduction> {
        let JsonRpcMessage::Request(request) = message else {
            return None;
        };
        let ClientRequest::InitializeRequest(initialize) = &request.request else {
            return None;
        };
        let said = &initialize.params;
        Some(Introduction {
            version: said.protocol_version.clone(),
            capabilities: said.capabilities.clone(),
            info: Some(ClientInfo {
                name: said.client_info.name.clone(),
                version: said.client_info.version.clone(),
            }),
        })
    }

    /// The server has answered the beginning of a session, and named the revision that it is held in.
    pub(in crate::transport::http) fn greeted(
        &self,
        id: &SessionId,
        introduction: Option<Introduction>,
        answer: &ServerJsonRpcMessage,
    ) {
        let JsonRpcMessage::Response(response) = answer else {
            return;
        };
        let (Some(mut introduction), ServerResult::InitializeResult(result)) =
            (introduction, &response.result)
        else {
            return;
        };
        introduction.version = result.protocol_version.clone();
        let session = Session {
            id: Arc::clone(id),
            introduction: Arc::new(introduction),
            ready: AtomicBool::new(false),
            calls: Arc::default(),
            touched: Mutex::new(Instant::now()),
        };
        self.0.lock().insert(Arc::clone(id), Arc::new(session));
    }

    /// A message of a session that nobody answers.
    pub(in crate::transport::http) fn hear(
        &self,
        id: &SessionId,
        message: &ClientJsonRpcMessage,
    ) -> Heard {
        let session = self.0.lock().get(id).cloned();
        if let (Some(session), JsonRpcMessage::Notification(notification)) = (&session, message) {
            match &notification.notification {
                ClientNotification::CancelledNotification(cancelled) => {
                    if let Some(id) = &cancelled.params.request_id {
                        session.cancel(id);
                    }
                }
                // The handshake is over once rmcp has heard of it.
                ClientNotification::InitializedNotification(_) => {
                    return Heard(Some(Arc::clone(session)));
                }
                _ => {}
            }
        }
        Heard(None)
    }

    /// Ends a session, and the calls in it.
    pub(in crate::transport::http) fn forget(&self, id: &SessionId) {
        let session = self.0.lock().remove(id);
        if let Some(session) = session {
            for (_, call) in session.calls.lock().drain() {
                call.cancel();
            }
        }
    }

    /// A session whose handshake is over.
    pub(super) fn find(&self, id: &str) -> Option<Arc<Session>> {
        let session = self.0.lock().get(id).cloned()?;
        session.ready.load(Ordering::Acquire).then_some(session)
    }
}

impl Heard {
    pub(in crate::transport::http) fn done(self) {
        if let Some(session) = self.0 {
            session.ready.store(true, Ordering::Release);
        }
    }
}

impl Session {
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn introduction(&self) -> &Arc<Introduction> {
        &self.introduction
    }

    /// Whether rmcp should hear of the session again, so that it does not take it for idle.
    pub(super) fn is_due(&self) -> bool {
        let mut touched = self.touched.lock();
        let due = touched.elapsed() > SESSION_IDLE / 8;
        if due {
            *touched = Instant::now();
        }
        due
    }

    /// Counts a call in, unless its id is another one's that is still in flight.
    pub(super) fn enter(&self, id: &RequestId, cancelled: &CancellationToken) -> Option<InFlight> {
        let mut calls = self.calls.lock();
        if calls.contains_key(id) {
            return None;
        }
        calls.insert(id.clone(), cancelled.clone());
        Some(InFlight {
            calls: Arc::clone(&self.calls),
            id: id.clone(),
            cancelled: cancelled.clone(),
        })
    }

    fn cancel(&self, id: &RequestId) {
        if let Some(call) = self.calls.lock().get(id) {
            call.cancel();
        }
    }
}

impl InFlight {
    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.is_cancelled()
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.calls.lock().remove(&self.id);
    }
}
