//! The client of a call, over rmcp.

#![expect(
    deprecated,
    reason = "the protocol is leaving logging behind (SEP-2577); clients of 2025-11-25 still use it"
)]

use std::fmt;

use futures_util::future::BoxFuture;
use rmcp::model::{
    ClientCapabilities, GetExtensions as _, LoggingLevel, LoggingMessageNotificationParam,
    ProgressNotificationParam, ProtocolVersion, ServerRequest,
};
use rmcp::service::{OriginatingRequestId, RequestContext, RoleServer, ServiceError};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::client::{Capability, Client, ClientInfo, LogLevel};
use crate::error::{ErrorKind, ToolError};
use crate::rounds::Question;

/// The stream that a request came on, in a session whose client can come back for the rest. The transport leaves it with the request; cancelling it ends
/// the stream.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line(pub(crate) CancellationToken);

/// The client that sent a request, for as long as the request runs.
pub(super) struct Remote {
    context: RequestContext<RoleServer>,
    version: Option<ProtocolVersion>,
    /// The least level of the log messages this client wants; `None` is none at all.
    level: Option<u8>,
}

impl Remote {
    pub(super) fn new(context: RequestContext<RoleServer>, session_level: u8) -> Self {
        let version = context.protocol_version();
        // Since 2026-07-28 each request says which messages it wants, and silence means none.
        let per_request = version
            .as_ref()
            .is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str());
        let level = match per_request {
            true => context.meta.log_level().map(level_number),
            false => Some(session_level),
        };
        Self {
            context,
            version,
            level,
        }
    }
}

impl Client for Remote {
    fn info(&self) -> Option<ClientInfo> {
        let info = self.context.client_info()?;
        Some(ClientInfo {
            name: info.name,
            version: info.version,
        })
    }

    fn protocol_version(&self) -> &str {
        self.version.as_ref().map_or("", ProtocolVersion::as_str)
    }

    fn can(&self, capability: Capability) -> bool {
        let declared = self.context.client_capabilities();
        declared.is_some_and(|declared| can(&declared, capability))
    }

    fn asks_in_rounds(&self) -> bool {
        self.version
            .as_ref()
            .is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str())
    }

    fn ask<'a>(
        &'a self,
        _: &'a str,
        question: Question,
    ) -> BoxFuture<'a, Result<Value, ToolError>> {
        Box::pin(async move {
            let request = json!({"method": question.method, "params": question.params});
            let mut request: ServerRequest = serde_json::from_value(request)?;
            // The stream that the call came on is where its client listens. rmcp knows it in the handler's own task alone, and tools run in others too.
            let call = OriginatingRequestId(self.context.id.clone());
            request.extensions_mut().insert(call);
            let answer = self.context.peer.send_request(request).await;
            let answer = answer.map_err(|error| unanswered(question.method, &error))?;
            Ok(serde_json::to_value(answer)?)
        })
    }

    fn release(&self) {
        if let Some(Line(line)) = self.context.extensions.get() {
            line.cancel();
        }
    }

    fn progress<'a>(
        &'a self,
        done: f64,
        total: Option<f64>,
        message: Option<String>,
    ) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let Some(token) = self.context.meta.get_progress_token() else {
                return;
            };
            let mut progress = ProgressNotificationParam::new(token, done);
            progress.total = total;
            progress.message = message;
            if let Err(error) = self.context.peer.notify_progress(progress).await {
                tracing::debug!(%error, "progress not sent");
            }
        })
    }

    fn log<'a>(&'a self, level: LogLevel, logger: &'a str, data: Value) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let level = logging_level(level);
            if self.level.is_none_or(|least| level_number(level) < least) {
                return;
            }
            let message = LoggingMessageNotificationParam::new(level, data).with_logger(logger);
            #[expect(
                deprecated,
                reason = "the one way to log to a client in either revision"
            )]
            let sent = self.context.peer.notify_logging_message(message).await;
            if let Err(error) = sent {
                tracing::debug!(%error, "log message not sent");
            }
        })
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The context holds the request's headers, and with them a token.
        f.debug_struct("Remote")
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// A question that came to nothing at the client. Nothing is wrong with the tool, nor with what it stands on.
fn unanswered(method: &str, error: &ServiceError) -> ToolError {
    tracing::debug!(method, %error, "a question has no answer");
    match error {
        ServiceError::McpError(_) => ToolError::new(
            ErrorKind::NotConfirmed,
            format!("the client refused `{method}`"),
        ),
        _ => ToolError::failed(format!("the client did not answer `{method}`")),
    }
}

/// Whether a client that declares this can do that.
pub(super) fn can(declared: &ClientCapabilities, capability: Capability) -> bool {
    let elicitation = declared.elicitation.as_ref();
    match capability {
        Capability::Sampling => declared.sampling.is_some(),
        Capability::Roots => declared.roots.is_some(),
        Capability::Tasks => declared.supports_tasks(),
        Capability::Elicitation => elicitation.is_some_and(|modes| {
            // A client that names no mode means forms (MCP 2025-11-25, "Elicitation").
            modes.form.is_some() || modes.url.is_none()
        }),
        Capability::ElicitationUrl => elicitation.is_some_and(|modes| modes.url.is_some()),
    }
}

fn logging_level(level: LogLevel) -> LoggingLevel {
    match level {
        LogLevel::Debug => LoggingLevel::Debug,
        LogLevel::Info => LoggingLevel::Info,
        LogLevel::Notice => LoggingLevel::Notice,
        LogLevel::Warning => LoggingLevel::Warning,
        LogLevel::Error => LoggingLevel::Error,
        LogLevel::Critical => LoggingLevel::Critical,
        LogLevel::Alert => LoggingLevel::Alert,
        LogLevel::Emergency => LoggingLevel::Emergency,
    }
}

/// Levels in their order of importance (RFC 5424, section 6.2.1).
pub(super) fn level_number(level: LoggingLevel) -> u8 {
    match level {
        LoggingLevel::Debug => 0,
        LoggingLevel::Info => 1,
        LoggingLevel::Notice => 2,
        LoggingLevel::Warning => 3,
        LoggingLevel::Error => 4,
        LoggingLevel::Critical => 5,
        LoggingLevel::Alert => 6,
        LoggingLevel::Emergency => 7,
    }
}
