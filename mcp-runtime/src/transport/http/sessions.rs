//! The sessions of clients that speak 2025-11-25 or older: bounded in number, closed when nothing happens in them, and each its caller's alone.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use futures_util::{Stream, StreamExt as _};
use parking_lot::Mutex;
use rmcp::model::{ClientJsonRpcMessage, GetExtensions as _, ServerJsonRpcMessage};
use rmcp::transport::streamable_http_server::session::local::{
    LocalSessionManager, LocalSessionManagerError,
};
use rmcp::transport::streamable_http_server::session::{
    ServerSseMessage, SessionId, SessionManager,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::SESSION_IDLE;
use super::lane::Known;
use crate::principal::Principal;
use crate::server::asking;
use crate::server::remote::Line;
use crate::store::{Key, KeySpace};

/// rmcp's sessions in memory, and a place for each of them.
#[derive(Debug)]
pub(super) struct Sessions {
    local: LocalSessionManager,
    places: Arc<Semaphore>,
    /// How many of them one caller may have.
    per_caller: usize,
    taken: Mutex<HashMap<SessionId, Taken>>,
    keys: KeySpace,
    /// What the lane for plain calls knows of them.
    known: Known,
}

/// A place that is taken.
#[derive(Debug)]
struct Taken {
    /// Whose session it is. Nobody's in particular, until somebody brings a token.
    owner: Option<Key>,
    _place: OwnedSemaphorePermit,
}

/// Why a session cannot be had.
#[derive(Debug)]
pub(super) enum Unavailable {
    Full,
    /// The caller has as many as one may have.
    TooMany,
    Local(LocalSessionManagerError),
}

impl Sessions {
    pub(super) fn new(most: usize, per_caller: usize) -> Self {
        let mut local = LocalSessionManager::default();
        local.session_config.keep_alive = Some(SESSION_IDLE);
        Self {
            local,
            places: Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS))),
            per_caller,
            taken: Mutex::default(),
            keys: KeySpace::random(),
            known: Known::default(),
        }
    }

    pub(super) fn known(&self) -> &Known {
        &self.known
    }

    /// Keeps a session from being taken for idle.
    pub(super) async fn touch(&self, id: &str) {
        let handle = self.local.sessions.read().await.get(id).cloned();
        if let Some(handle) = handle {
            // Any event will do, and there is no request of this number.
            let _ = handle.close_request_wise_channel(u64::MAX).await;
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.places.available_permits() == 0
    }

    /// Whether a caller has as many sessions as one may have.
    pub(super) fn is_full_for(&self, caller: Option<&Principal>) -> bool {
        let owner = caller.map(|caller| self.owner(caller));
        owner.is_some_and(|owner| self.count(&self.taken.lock(), owner) >= self.per_caller)
    }

    fn count(&self, taken: &HashMap<SessionId, Taken>, owner: Key) -> usize {
        let mine = taken.values().filter(|it| it.owner == Some(owner));
        mine.take(self.per_caller).count()
    }

    /// Whether there is such a session for this caller: its own, or one that was opened without a token. That becomes the first caller's who uses it,
    /// since a client that is asked for a token goes on in the session it has.
    pub(super) fn admit(&self, id: &str, caller: Option<&Principal>) -> bool {
        let caller = caller.map(|caller| self.owner(caller));
        let mut taken = self.taken.lock();
        let Some(session) = taken.get(id) else {
            return false;
        };
        if session.owner.is_some() {
            return session.owner == caller;
        }
        let Some(owner) = caller else {
            return true;
        };
        if self.count(&taken, owner) >= self.per_caller {
            return false;
        }
        if let Some(session) = taken.get_mut(id) {
            session.owner = caller;
        }
        true
    }

    /// What makes two callers one: not the token, which is another one every hour.
    fn owner(&self, caller: &Principal) -> Key {
        self.keys
            .key("session")
            .text(caller.issuer())
            .text(caller.subject())
            .optional(caller.tenant_id())
            .finish()
    }
}

impl SessionManager for Sessions {
    type Error = Unavailable;
    type Transport = <LocalSessionManager as SessionManager>::Transport;

    async fn create_session(&self) -> Result<(SessionId, Self::Transport), Unavailable> {
        let places = Arc::clone(&self.places);
        let place = places.try_acquire_owned().map_err(|_| Unavailable::Full)?;
        let owner = asking::caller().map(|caller| self.owner(&caller));
        let (id, transport) = self.local.create_session().await?;
        let too_many = {
            let mut taken = self.taken.lock();
            let too_many = owner.is_some_and(|it| self.count(&taken, it) >= self.per_caller);
            if !too_many {
                let _place = place;
                taken.insert(Arc::clone(&id), Taken { owner, _place });
            }
            too_many
        };
        if too_many {
            self.local.close_session(&id).await?;
            return Err(Unavailable::TooMany);
        }
        Ok((id, transport))
    }

    async fn initialize_session(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<ServerJsonRpcMessage, Unavailable> {
        let introduction = Known::read(&message);
        let answer = self.local.initialize_session(id, message).await?;
        self.known.greeted(id, introduction, &answer);
        Ok(answer)
    }

    async fn has_session(&self, id: &SessionId) -> Result<bool, Unavailable> {
        Ok(self.local.has_session(id).await?)
    }

    /// Called when a client ends its session, and when a session has ended by itself; sometimes both.
    async fn close_session(&self, id: &SessionId) -> Result<(), Unavailable> {
        self.taken.lock().remove(id);
        self.known.forget(id);
        Ok(self.local.close_session(id).await?)
    }

    async fn create_stream(
        &self,
        id: &SessionId,
        mut message: ClientJsonRpcMessage,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Unavailable> {
        let line = Line::default();
        if let ClientJsonRpcMessage::Request(request) = &mut message {
            request.request.extensions_mut().insert(line.clone());
        }
        let stream = self.local.create_stream(id, message).await?;
        // What comes after the end is kept, and sent to whoever resumes.
        Ok(stream.take_until(line.0.cancelled_owned()))
    }

    async fn accept_message(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<(), Unavailable> {
        let heard = self.known.hear(id, &message);
        self.local.accept_message(id, message).await?;
        heard.done();
        Ok(())
    }

    async fn create_standalone_stream(
        &self,
        id: &SessionId,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Unavailable> {
        Ok(self.local.create_standalone_stream(id).await?)
    }

    async fn resume(
        &self,
        id: &SessionId,
        last_event_id: String,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Unavailable> {
        Ok(self.local.resume(id, last_event_id).await?)
    }
}

impl From<LocalSessionManagerError> for Unavailable {
    fn from(error: LocalSessionManagerError) -> Self {
        Self::Local(error)
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("every session is taken"),
            Self::TooMany => f.write_str("this caller has as many sessions as one may have"),
            Self::Local(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Unavailable {}
