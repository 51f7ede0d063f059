//! One call on its way through the server.

use std::any::{Any, TypeId};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use regex::Regex;
use rmcp::model::RequestId;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::client::Client;
use crate::facts::Facts;
use crate::policy::timeout::Watch;
use crate::principal::{Caller, Principal};
use crate::rounds::Rounds;
use crate::server::Core;
use crate::server::registry::Mounted;
use crate::task::Live;
use crate::trace::TraceId;

/// One call on its way to a tool: what extractors are made from.
pub struct Call {
    pub(crate) server: Arc<Core>,
    pub(crate) tool: Arc<Mounted>,
    pub(crate) arguments: Map<String, Value>,
    pub(crate) caller: Option<Arc<Principal>>,
    pub(crate) origin: Origin,
    pub(crate) rounds: Rounds,
    pub(crate) watch: Watch,
    pub(crate) facts: Arc<Facts>,
    /// What the client calls this action by, so that sending it twice does it once.
    pub(crate) idempotency_key: Option<String>,
    pub(crate) looks: Looks,
}

/// What the tool has looked at beyond its arguments: an answer made of that is not for other calls.
#[derive(Debug, Default)]
pub(crate) struct Looks {
    caller: AtomicBool,
    client: AtomicBool,
}

impl Looks {
    pub(crate) fn at_caller(&self) -> bool {
        self.caller.load(Ordering::Relaxed)
    }

    /// Whether the tool asked its client or the user in front of it, or looked at what the client is.
    pub(crate) fn at_client(&self) -> bool {
        self.client.load(Ordering::Relaxed)
    }

    pub(crate) fn note_client(&self) {
        self.client.store(true, Ordering::Relaxed);
    }
}

/// Where a call came from: everything but the tool and its arguments.
#[derive(Clone)]
pub(crate) struct Origin {
    pub(crate) request_id: Arc<str>,
    pub(crate) trace: Option<TraceId>,
    pub(crate) client: Arc<dyn Client>,
    /// Where the call came from on the network, as far as the transport can vouch for it.
    pub(crate) ip: Option<IpAddr>,
    pub(crate) cancelled: CancellationToken,
    /// The answers of a human or a client to an earlier `input_required` result.
    pub(crate) input_responses: Option<Map<String, Value>>,
    pub(crate) request_state: Option<String>,
    /// The task that the call may become, where the client can poll for one.
    pub(crate) task: Option<Arc<Live>>,
}

/// A request's id as a text.
pub(crate) fn id_text(id: &RequestId) -> Arc<str> {
    match id {
        RequestId::String(text) => Arc::clone(text),
        RequestId::Number(number) => itoa::Buffer::new().format(*number).into(),
    }
}

impl Call {
    /// The name under which the tool was called.
    pub fn tool_name(&self) -> &str {
        &self.tool.name
    }

    /// The arguments as they were sent.
    pub fn arguments(&self) -> &Map<String, Value> {
        &self.arguments
    }

    /// The caller, where there is one.
    pub fn caller(&self) -> Option<Caller> {
        self.principal().map(Caller)
    }

    /// The value of this type that the tool's server was given, if it was: of several that are merged, the one that the tool came with.
    pub fn state<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let state: Arc<dyn Any + Send + Sync> = self.tool.home.state(TypeId::of::<T>())?;
        state.downcast().ok()
    }

    /// The caller, for the tool. Policies ask for the field, which leaves no mark.
    pub(crate) fn principal(&self) -> Option<Arc<Principal>> {
        self.looks.caller.store(true, Ordering::Relaxed);
        self.caller.clone()
    }

    /// The argument at a dotted path, as the tool gets it: a default counts where the call says nothing.
    pub(crate) fn argument(&self, path: &str) -> Option<&Value> {
        let argument = |name: &str| {
            let sent = self.arguments.get(name);
            sent.or_else(|| self.tool.defaults.get(name))
        };
        if let Some(value) = argument(path) {
            return Some(value);
        }
        let mut segments = path.split('.');
        let mut value = argument(segments.next()?)?;
        for segment in segments {
            value = value.as_object()?.get(segment)?;
        }
        Some(value)
    }

    /// The same first call once more, for work that may outlive this one.
    pub(crate) fn detached(&self, cancelled: CancellationToken) -> Self {
        Self {
            server: Arc::clone(&self.server),
            tool: Arc::clone(&self.tool),
            arguments: self.arguments.clone(),
            caller: self.caller.clone(),
            origin: Origin {
                cancelled,
                ..self.origin.clone()
            },
            rounds: Rounds::default(),
            idempotency_key: self.idempotency_key.clone(),
            looks: Looks::default(),
            watch: Watch::new(self.server.patience),
            facts: Arc::clone(&self.facts),
        }
    }

    /// The same first call once more, for work that is a call of its own to whoever counts and records.
    pub(crate) fn noted_in(&self, facts: Arc<Facts>) -> Self {
        Self {
            facts,
            ..self.detached(CancellationToken::new())
        }
    }

    pub(crate) fn pattern(&self, pattern: &str) -> Option<&Regex> {
        self.tool
            .patterns
            .iter()
            .find(|(text, _)| *text == pattern)
            .map(|(_, regex)| regex)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The arguments may hold secrets, and so may what the client sent back.
        f.debug_struct("Call")
            .field("tool", &self.tool_name())
            .field("request_id", &self.origin.request_id)
            .finish_non_exhaustive()
    }
}
