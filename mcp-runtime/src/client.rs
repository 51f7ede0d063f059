//! The client at the other end of a call, whatever the transport and the protocol's revision.

use std::fmt::Debug;

use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::error::ToolError;
use crate::rounds::Question;

/// How important a log message is (RFC 5424, section 6.2.1, as MCP uses it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names are RFC 5424's")]
pub enum LogLevel {
    Debug,
    Info,
    Notice,
    Warning,
    Error,
    Critical,
    Alert,
    Emergency,
}

/// Who a client says it is. Nothing here is authenticated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientInfo {
    /// The program's name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What a client can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Capability {
    /// To show its user a form.
    Elicitation,
    /// To send its user to an address.
    ElicitationUrl,
    /// To run its model.
    Sampling,
    /// To name the folders it works in.
    Roots,
    /// To poll for the result of a call (the Tasks extension).
    Tasks,
}

/// What the server can say to the client while a call runs.
pub(crate) trait Client: Debug + Send + Sync {
    fn info(&self) -> Option<ClientInfo>;

    fn protocol_version(&self) -> &str;

    /// Whether the client declared that it can do this.
    fn can(&self, capability: Capability) -> bool;

    /// Whether questions end the call and come back answered (2026-07-28), rather than being asked while it runs.
    fn asks_in_rounds(&self) -> bool;

    /// Asks while the call runs. The key names the question within the call.
    fn ask<'a>(
        &'a self,
        key: &'a str,
        question: Question,
    ) -> BoxFuture<'a, Result<Value, ToolError>>;

    /// Ends the stream that the call came on, where the client can come back for the rest.
    fn release(&self) {}

    /// Sends a progress notification, if the client asked for them.
    fn progress<'a>(
        &'a self,
        done: f64,
        total: Option<f64>,
        message: Option<String>,
    ) -> BoxFuture<'a, ()>;

    /// Sends a log message, if the client asked for messages of this level.
    fn log<'a>(&'a self, level: LogLevel, logger: &'a str, data: Value) -> BoxFuture<'a, ()>;
}
