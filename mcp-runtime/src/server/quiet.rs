//! The client of a plain call: known by what it said with its request, and out of reach while the call runs.

use futures_util::future::{BoxFuture, ready};
use rmcp::model::{ClientCapabilities, ProtocolVersion};
use serde_json::Value;

use super::remote;
use crate::client::{Capability, Client, ClientInfo, LogLevel};
use crate::error::ToolError;
use crate::rounds::Question;

/// What a client said of itself.
#[derive(Debug, Clone)]
pub(crate) struct Introduction {
    pub(crate) version: ProtocolVersion,
    pub(crate) info: Option<ClientInfo>,
    pub(crate) capabilities: ClientCapabilities,
}

impl Introduction {
    /// Whether the client speaks the revision whose requests stand for themselves.
    pub(crate) fn is_current(&self) -> bool {
        self.version.as_str() >= ProtocolVersion::V_2026_07_28.as_str()
    }
}

impl Client for Introduction {
    fn info(&self) -> Option<ClientInfo> {
        self.info.clone()
    }

    fn protocol_version(&self) -> &str {
        self.version.as_str()
    }

    fn can(&self, capability: Capability) -> bool {
        remote::can(&self.capabilities, capability)
    }

    fn asks_in_rounds(&self) -> bool {
        self.is_current()
    }

    fn ask<'a>(&'a self, _: &'a str, _: Question) -> BoxFuture<'a, Result<Value, ToolError>> {
        // A tool that may ask is never called like this.
        Box::pin(ready(Err(ToolError::failed("this client cannot be asked"))))
    }

    fn progress(&self, _: f64, _: Option<f64>, _: Option<String>) -> BoxFuture<'_, ()> {
        Box::pin(ready(()))
    }

    fn log<'a>(&'a self, _: LogLevel, _: &'a str, _: Value) -> BoxFuture<'a, ()> {
        Box::pin(ready(()))
    }
}
