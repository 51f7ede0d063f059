//! Where a request comes from: who calls, from which address, within which trace, and what the client sent besides.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rmcp::model::InputResponses;
use rmcp::service::{RequestContext, RoleServer};
use serde_json::{Map, Value};

use super::handler::Handler;
use super::remote::Remote;
use crate::call::{Origin, id_text};
use crate::corridor::Request;
use crate::kind::Kind;
use crate::principal::Principal;
use crate::trace::TraceId;

/// What a client sent besides the name of what it calls.
pub(super) struct Sent {
    pub(super) arguments: Option<Map<String, Value>>,
    pub(super) responses: Option<InputResponses>,
    pub(super) state: Option<String>,
}

impl Handler {
    /// A request of this connection, on its way into the corridor.
    pub(super) fn request(
        &self,
        kind: Kind,
        tool: impl Into<Arc<str>>,
        sent: Sent,
        context: RequestContext<RoleServer>,
    ) -> Request {
        let responses = sent.responses;
        Request {
            kind,
            tool: tool.into(),
            found: None,
            arguments: sent.arguments.unwrap_or_default(),
            caller: self.caller(&context),
            origin: Origin {
                input_responses: responses.map(|responses| responses.into_iter().collect()),
                request_state: sent.state,
                ..self.origin(context)
            },
        }
    }

    /// Where a request comes from.
    pub(super) fn origin(&self, context: RequestContext<RoleServer>) -> Origin {
        Origin {
            request_id: id_text(&context.id),
            trace: trace(&context),
            cancelled: context.ct.clone(),
            input_responses: None,
            request_state: None,
            ip: ip(&context),
            task: None,
            client: Arc::new(Remote::new(context, self.level.load(Ordering::Relaxed))),
        }
    }

    /// Who calls: the principal that authentication left with the request, else the connection's.
    pub(super) fn caller(&self, context: &RequestContext<RoleServer>) -> Option<Arc<Principal>> {
        #[cfg(feature = "http")]
        if let Some(parts) = context.extensions.get::<http::request::Parts>()
            && let Some(caller) = parts.extensions.get::<Arc<Principal>>()
        {
            return Some(Arc::clone(caller));
        }
        let _ = context;
        self.caller.clone()
    }
}

/// The address that the HTTP edge vouches for, behind whatever proxies it trusts.
fn ip(context: &RequestContext<RoleServer>) -> Option<IpAddr> {
    #[cfg(feature = "http")]
    if let Some(parts) = context.extensions.get::<http::request::Parts>() {
        return parts.extensions.get::<IpAddr>().copied();
    }
    let _ = context;
    None
}

/// The trace that the client says the request belongs to: in MCP's own place, else in HTTP's.
fn trace(context: &RequestContext<RoleServer>) -> Option<TraceId> {
    let meta = context
        .meta
        .0
        .get("traceparent")
        .and_then(|value| value.as_str());
    #[cfg(feature = "http")]
    let meta = meta.or_else(|| {
        let parts = context.extensions.get::<http::request::Parts>()?;
        parts.headers.get("traceparent")?.to_str().ok()
    });
    TraceId::parse(meta?)
}
