//! One call on its way through the server.

use std::any::{Any, TypeId};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use regex::Regex;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::client::Client;
use crate::facts::Facts;
use crate::policy::timeout::Watch;
use crate::principal::{Caller, Principal};
use crate::rounds::Rounds;
use crate::server::Core;
use crate::server::registry::Mounted;
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
}

/// Where a call came from: everything but the tool and its arguments.
pub(crate) struct Origin {
    pub(crate) request_id: String,
    pub(crate) trace: Option<TraceId>,
    pub(crate) client: Arc<dyn Client>,
    /// Where the call came from on the network, as far as the transport can vouch for it.
    pub(crate) ip: Option<IpAddr>,
    pub(crate) cancelled: CancellationToken,
    /// The answers of a human or a client to an earlier `input_required` result.
    pub(crate) input_responses: Option<Map<String, Value>>,
    pub(crate) request_state: Option<String>,
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
        self.caller.clone().map(Caller)
    }

    /// The value of this type that the server was given, if it was.
    pub fn state<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let state: Arc<dyn Any + Send + Sync> = self.server.state(TypeId::of::<T>())?;
        state.downcast().ok()
    }

    /// The argument at a dotted path, `address.zip`: as it was sent, else its declared default.
    pub(crate) fn argument(&self, path: &str) -> Option<&Value> {
        let mut segments = path.split('.');
        let first = segments.next()?;
        let sent = self.arguments.get(first);
        let mut value = sent.or_else(|| self.tool.defaults.get(first))?;
        for segment in segments {
            value = value.as_object()?.get(segment)?;
        }
        Some(value)
    }

    pub(crate) fn principal(&self) -> Option<Arc<Principal>> {
        self.caller.clone()
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
