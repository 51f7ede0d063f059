//! A call that is refused with a status before the protocol has a say, observed as every call is: one span, one record, its figures.
//!
//! It goes through the corridor, which refuses it for the same reason as the edge does; only the answer is the edge's.

use std::future::ready;
use std::sync::Arc;

use axum::http::request::Parts;
use futures_util::future::BoxFuture;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use super::peer::Sender;
use crate::call::Origin;
use crate::client::{Capability, Client, ClientInfo, LogLevel};
use crate::corridor::{self, Request};
use crate::error::ToolError;
use crate::principal::Principal;
use crate::rounds::Question;
use crate::server::Core;
use crate::server::registry::Mounted;
use crate::trace::TraceId;
use crate::transport::message;

/// Leaves a record of a call that this caller may not make.
pub(super) async fn record(
    core: &Arc<Core>,
    asked: &Mounted,
    caller: &Arc<Principal>,
    (head, body, sender): (&Parts, &[u8], Sender),
) {
    let trace = head.headers.get("traceparent");
    let origin = Origin {
        request_id: message::id(body).unwrap_or_default().into(),
        trace: trace.and_then(|trace| TraceId::parse(trace.to_str().ok()?)),
        client: Arc::new(Unheard),
        ip: sender.address,
        cancelled: CancellationToken::new(),
        input_responses: None,
        request_state: None,
        task: None,
    };
    let request = Request {
        kind: asked.kind,
        tool: asked.name.clone(),
        found: None,
        // Authorization comes before the arguments are looked at.
        arguments: Map::new(),
        caller: Some(Arc::clone(caller)),
        origin,
    };
    corridor::call(core, request).await;
}

/// The client of a call that is over before it could be asked or told anything.
#[derive(Debug)]
struct Unheard;

impl Client for Unheard {
    fn info(&self) -> Option<ClientInfo> {
        None
    }

    fn protocol_version(&self) -> &'static str {
        ""
    }

    fn can(&self, _: Capability) -> bool {
        false
    }

    fn asks_in_rounds(&self) -> bool {
        false
    }

    fn ask<'a>(&'a self, _: &'a str, _: Question) -> BoxFuture<'a, Result<Value, ToolError>> {
        Box::pin(ready(Err(ToolError::failed("the call is refused"))))
    }

    fn progress(&self, _: f64, _: Option<f64>, _: Option<String>) -> BoxFuture<'_, ()> {
        Box::pin(ready(()))
    }

    fn log<'a>(&'a self, _: LogLevel, _: &'a str, _: Value) -> BoxFuture<'a, ()> {
        Box::pin(ready(()))
    }
}
