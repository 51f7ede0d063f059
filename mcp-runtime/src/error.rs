//! What can go wrong, in three audiences' words: [`ToolError`] is for the model that called, [`Refusal`]
//! is a policy's decision on its way to the wire, [`ServerError`] is for the operator who starts the server.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use mcp_grammar::Unit;
use serde_json::{Map, Value, json};

use crate::answer::Output;
use crate::client::Capability;
use crate::facts::ATTEMPT;
use crate::policy::audit::Unrecordable;
use crate::policy::auth::{Denied, Permits};
use crate::policy::breaker::Open;
use crate::policy::concurrency::Crowded;
use crate::policy::confirm::Unconfirmed;
use crate::policy::gate::Unknown;
use crate::policy::idempotency;
use crate::policy::rate::Limited;
use crate::policy::size::{TooLarge, TooLong};
use crate::policy::timeout::{self, Elapsed};
use crate::policy::validation::Invalid;
use crate::rounds::InputRequired;
use crate::seal::Broken;
use crate::server::admission::Closed;
use crate::store::StoreError;
use crate::task::TooMany;

/// The key under which an error object stands in a result's `_meta`.
pub const ERROR_META_KEY: &str = "dev.mcp-runtime/error";

/// What [`Server::run`](crate::Server::run) and the other entry points return.
pub type Result<T, E = ServerError> = std::result::Result<T, E>;

/// A private cause: logged with an id, never sent.
pub(crate) type Cause = Box<dyn StdError + Send + Sync>;

/// A tool's failure, written for the model that called it.
///
/// It has a kind, a message the model reads, an optional hint that says what to send instead, and an optional
/// private cause that goes to the log under an id and never to the client.
///
/// ```
/// use mcp_runtime::ToolError;
///
/// fn find(id: u64) -> Result<String, ToolError> {
///     Err(ToolError::not_found(format!("no customer {id}")).hint("call `search` for valid ids"))
/// }
/// # assert_eq!(find(7).unwrap_err().message(), "no customer 7");
/// ```
///
/// Any `std::error::Error` converts with `?`. Its text may name hosts, paths or rows, so the model reads
/// `internal error` and an id, and the log has the rest under the same id.
///
/// `ToolError` itself does not implement [`std::error::Error`]; that is what makes the conversion possible.
pub struct ToolError(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    hint: Option<Cow<'static, str>>,
    fields: Vec<FieldError>,
    retry_after: Option<Duration>,
    cause: Option<Arc<dyn StdError + Send + Sync>>,
    signal: Option<Signal>,
}

/// What an error carries out of a tool beside its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// The tool asked something; the client is to answer and call again.
    Interrupted,
    /// The tool needs what the client cannot do.
    Lacks(Capability),
}

/// What sort of failure it is: what the caller can do about it, and whether a policy may try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The arguments cannot be used; other ones can. Never retried.
    InvalidInput,
    /// What the arguments name does not exist. Never retried.
    NotFound,
    /// The state of the world does not allow it now. Never retried.
    Conflict,
    /// The caller may not do this. Never retried.
    Forbidden,
    /// A passing fault: the same call may succeed later. Retried where `retry` is declared.
    Transient,
    /// Something the tool waited for took too long. Retried where `retry` is declared.
    Timeout,
    /// The tool says no for a reason of its own. Never retried.
    Failed,
    /// The user said no, or dismissed the question. Never retried.
    NotConfirmed,
    /// A bug or an unexpected fault: the model reads an id alone. Never retried.
    Internal,
}

impl ErrorKind {
    /// The code on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid_input",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::Forbidden => "forbidden",
            Self::Transient => "unavailable",
            Self::Timeout => "timeout",
            Self::Failed => "failed",
            Self::NotConfirmed => "not_confirmed",
            Self::Internal => "internal",
        }
    }
}

/// One argument that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldError {
    /// Where: `limit`, `address.zip`, `items[2].id`.
    pub path: String,
    /// What to send instead. It never repeats the value that was sent.
    pub message: String,
}

impl FieldError {
    pub(crate) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
        }
    }
}

impl ToolError {
    /// A failure of the given kind, with the text that the model reads.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            hint: None,
            fields: Vec::new(),
            retry_after: None,
            cause: None,
            signal: None,
        }))
    }

    /// The arguments cannot be used: [`ErrorKind::InvalidInput`].
    #[must_use]
    pub fn invalid_input(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::InvalidInput, message)
    }

    /// What the arguments name does not exist: [`ErrorKind::NotFound`].
    #[must_use]
    pub fn not_found(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::NotFound, message)
    }

    /// The state of the world does not allow it: [`ErrorKind::Conflict`].
    #[must_use]
    pub fn conflict(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Conflict, message)
    }

    /// The caller may not do this: [`ErrorKind::Forbidden`].
    #[must_use]
    pub fn forbidden(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Forbidden, message)
    }

    /// A passing fault; the same call may succeed later: [`ErrorKind::Transient`].
    #[must_use]
    pub fn transient(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Transient, message)
    }

    /// Something the tool waited for took too long: [`ErrorKind::Timeout`].
    #[must_use]
    pub fn timeout(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Timeout, message)
    }

    /// The tool says no for a reason of its own: [`ErrorKind::Failed`].
    #[must_use]
    pub fn failed(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Failed, message)
    }

    /// An unexpected fault whose text stays in the log: [`ErrorKind::Internal`].
    ///
    /// For error types that `?` cannot convert, such as `anyhow::Error`.
    #[must_use]
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(ErrorKind::Internal, "internal error").cause(cause)
    }

    /// Adds what to do instead.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Names the argument that is at fault, and what to send instead.
    #[must_use]
    pub fn field(mut self, path: impl Into<String>, message: impl Into<String>) -> Self {
        self.0.fields.push(FieldError::new(path, message));
        self
    }

    /// Adds the private cause: logged under an id, never sent.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into().into());
        self
    }

    /// Says when the same call may succeed. With [`ErrorKind::Transient`] it is also the least wait of a `retry` policy.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// The sort of failure.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The text the model reads.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The same failure, for another call that waited for the same answer.
    pub(crate) fn duplicate(&self) -> Self {
        Self(self.0.clone())
    }

    /// Whether the cause is a `T`.
    pub(crate) fn is_caused_by<T: StdError + 'static>(&self) -> bool {
        self.0.cause.as_ref().is_some_and(|cause| cause.is::<T>())
    }

    /// When the same call may succeed, if the tool said so.
    pub(crate) fn wait(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// What a question returns to the tool while the client has not answered.
    pub(crate) fn interrupted() -> Self {
        let mut error = Self::failed("waiting for an answer from the client");
        error.0.signal = Some(Signal::Interrupted);
        error
    }

    /// What a question returns where the client cannot be asked.
    pub(crate) fn unanswerable(capability: Capability) -> Self {
        let mut error = Self::failed("this client cannot be asked");
        error.0.signal = Some(Signal::Lacks(capability));
        error
    }

    pub(crate) fn signal(&self) -> Option<Signal> {
        self.0.signal
    }

    /// The same error in other words: each text as `other` says it, or as it is where `other` has nothing to say.
    pub(crate) fn map_texts(mut self, other: impl Fn(&str) -> Option<String>) -> Self {
        let inner = &mut *self.0;
        let texts = [Some(&mut inner.message), inner.hint.as_mut()];
        for text in texts.into_iter().flatten() {
            if let Some(other) = other(text) {
                *text = Cow::Owned(other);
            }
        }
        for field in &mut inner.fields {
            if let Some(other) = other(&field.message) {
                field.message = other;
            }
        }
        let cause = inner.cause.as_ref();
        if let Some(other) = cause.and_then(|cause| other(&Chain(&**cause).to_string())) {
            let other: Box<dyn StdError + Send + Sync> = other.into();
            inner.cause = Some(other.into());
        }
        self
    }

    /// What goes on the wire. A private cause is logged here, under the id that the wire form carries.
    pub(crate) fn into_failure(self, tool: &str) -> Failure {
        let Inner {
            kind,
            message,
            hint,
            fields,
            retry_after,
            cause,
            signal: _,
        } = *self.0;
        let mut failure = Failure::new(kind.code(), message);
        if kind == ErrorKind::Internal || cause.is_some() {
            let id = incident_id();
            match cause {
                Some(cause) => tracing::error!(tool, %id, error = %Chain(&*cause), "tool failed"),
                None => tracing::error!(tool, %id, "tool failed"),
            }
            failure.id = Some(id);
        }
        failure.hint = hint;
        failure.fields = fields;
        failure.retry_after = retry_after;
        failure
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for ToolError {
    fn from(error: E) -> Self {
        Self::internal(error)
    }
}

impl fmt::Debug for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolError")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("hint", &self.0.hint)
            .field("fields", &self.0.fields)
            .field("cause", &self.0.cause)
            .finish()
    }
}

impl fmt::Display for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

/// An error and all that caused it, for the log.
pub(crate) struct Chain<'a>(pub(crate) &'a (dyn StdError + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut next = self.0.source();
        while let Some(error) = next {
            write!(f, ": {error}")?;
            next = error.source();
        }
        Ok(())
    }
}

/// An id that ties what a client reads to what the log says: 12 hexadecimal digits.
pub(crate) fn incident_id() -> String {
    format!("{:012x}", rand::random::<u64>() >> 16)
}

/// What an `isError` result says: a text for the model, and the same as one object for programs.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) code: &'static str,
    pub(crate) message: Cow<'static, str>,
    pub(crate) hint: Option<Cow<'static, str>>,
    pub(crate) fields: Vec<FieldError>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) id: Option<String>,
    pub(crate) details: Map<String, Value>,
}

impl Failure {
    pub(crate) fn new(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
            fields: Vec::new(),
            retry_after: None,
            id: None,
            details: Map::new(),
        }
    }

    pub(crate) fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn detail(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.details.insert(key.to_owned(), value.into());
        self
    }

    /// The text that stands in the result's `content`.
    pub(crate) fn text(&self) -> String {
        let mut text = self.message.to_string();
        for field in &self.fields {
            text.push_str("\n- ");
            if !field.path.is_empty() {
                text.push_str(&field.path);
                text.push_str(": ");
            }
            text.push_str(&field.message);
        }
        if let Some(hint) = &self.hint {
            text.push_str("\nhint: ");
            text.push_str(hint);
        }
        if let Some(id) = &self.id {
            text.push_str(" (id ");
            text.push_str(id);
            text.push(')');
        }
        text
    }

    /// The object that stands under [`ERROR_META_KEY`] in the result's `_meta`.
    pub(crate) fn object(&self) -> Value {
        let mut object = self.details.clone();
        object.insert("version".into(), json!(1));
        object.insert("code".into(), json!(self.code));
        object.insert("message".into(), json!(self.text()));
        if let Some(hint) = &self.hint {
            object.insert("hint".into(), json!(hint));
        }
        if !self.fields.is_empty() {
            object.insert("errors".into(), json!(self.fields));
        }
        if let Some(wait) = self.retry_after {
            object.insert("retryAfterMs".into(), json!(millis_ceil(wait)));
        }
        if let Some(id) = &self.id {
            object.insert("id".into(), json!(id));
        }
        Value::Object(object)
    }
}

/// Whole milliseconds, rounded up: a client that waits this long has waited long enough.
pub(crate) fn millis_ceil(wait: Duration) -> u64 {
    u64::try_from(wait.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

/// Why a server does not start, for the operator who reads it.
///
/// `Debug` prints the same text as `Display`, so that a `main` that returns it says something readable.
pub struct ServerError {
    message: String,
    cause: Option<Cause>,
}

impl ServerError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            cause: None,
        }
    }

    pub(crate) fn because(
        message: impl Into<String>,
        cause: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self {
            message: message.into(),
            cause: Some(cause.into()),
        }
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.cause {
            Some(cause) => write!(f, ": {}", Chain(&**cause)),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl StdError for ServerError {}

/// Every way a call can be refused or fail. Each stage's own small type comes in here, and leaves in its wire form.
#[derive(Debug)]
pub(crate) enum Refusal {
    Unknown,
    Denied(Denied),
    Unrecordable,
    TooLong(TooLong),
    Invalid(Invalid),
    Limited(Limited),
    TooManyTasks(TooMany),
    Open(Open),
    Elapsed(Elapsed),
    Crowded(Crowded),
    TooLarge(TooLarge),
    Idempotency(idempotency::Refused),
    Tool(ToolError),
    /// Somewhere outside the tool's own run.
    Panicked(ToolError),
    InputRequired(InputRequired),
    Lacks(Capability),
    Unconfirmed(Unconfirmed),
    StoreAway(StoreError),
    BrokenState,
    Cancelled,
    /// The server is stopping and takes no new calls.
    Closed(Closed),
    /// The server stopped while the call was running.
    CutOff,
    /// In its wire form already, by way of middleware that saw it; and the step that refused.
    Replied(Box<Reply>, &'static str),
}

macro_rules! refusals {
    ($($variant:ident($type:ty)),*) => {$(
        impl From<$type> for Refusal {
            fn from(refusal: $type) -> Self {
                Self::$variant(refusal)
            }
        }
    )*};
}
refusals!(
    Idempotency(idempotency::Refused),
    Denied(Denied),
    TooLong(TooLong),
    TooLarge(TooLarge),
    Invalid(Invalid),
    Limited(Limited),
    TooManyTasks(TooMany),
    Open(Open),
    Elapsed(Elapsed),
    Crowded(Crowded),
    Tool(ToolError),
    Unconfirmed(Unconfirmed),
    StoreAway(StoreError),
    Closed(Closed)
);

impl From<Broken> for Refusal {
    fn from(_: Broken) -> Self {
        Self::BrokenState
    }
}

impl From<Unrecordable> for Refusal {
    fn from(_: Unrecordable) -> Self {
        Self::Unrecordable
    }
}

impl From<Unknown> for Refusal {
    fn from(_: Unknown) -> Self {
        Self::Unknown
    }
}

/// What the transport is to answer.
#[derive(Debug)]
pub(crate) enum Reply {
    Output(Output),
    Failure(Failure),
    /// JSON-RPC -32602: as far as this caller is concerned there is no such tool.
    UnknownTool,
    /// The client is to answer questions and call again.
    InputRequired(InputRequired),
    /// JSON-RPC -32021: the client lacks what the tool needs.
    Lacks(Capability),
    /// JSON-RPC -32602: the state that the client sent back is not the one it was given.
    BrokenState,
    /// Nobody waits for an answer any more.
    Cancelled,
}

impl Refusal {
    /// Whether the tool may have done what it does all the same: it ran, and how far is not known, or what it said did not get through.
    pub(crate) fn leaves_outcome_unknown(&self) -> bool {
        match self {
            Self::Tool(error) => matches!(error.kind(), ErrorKind::Timeout | ErrorKind::Internal),
            Self::Elapsed(elapsed) => elapsed.what != timeout::What::Queue,
            Self::TooLarge(_) | Self::Panicked(_) | Self::Cancelled | Self::CutOff => true,
            _ => false,
        }
    }

    /// The wire form of each refusal: the one place where codes and texts are chosen.
    fn into_reply(self, tool: &str) -> Reply {
        let failure = match self {
            Self::Replied(reply, _) => return *reply,
            Self::Unknown => return Reply::UnknownTool,
            Self::Cancelled => return Reply::Cancelled,
            Self::InputRequired(asked) => return Reply::InputRequired(asked),
            Self::Lacks(capability) => return Reply::Lacks(capability),
            Self::BrokenState => return Reply::BrokenState,
            Self::Tool(error) | Self::Panicked(error) => error.into_failure(tool),
            Self::Unrecordable => Failure::new(
                "audit_unavailable",
                format!("calls of `{tool}` must be recorded, and records cannot be kept now"),
            )
            .hint("nothing was done; call again later"),
            Self::TooLong(TooLong { most, largest }) => {
                let mut failure = Failure::new(
                    "invalid_input",
                    format!("the arguments of `{tool}` are too large:"),
                );
                let message = format!("the arguments may have {most} in all");
                failure.fields = vec![FieldError::new(largest.unwrap_or_default(), message)];
                failure
            }
            Self::TooLarge(TooLarge { size, most, hint }) => {
                let (about, unit) = match most.unit {
                    Unit::Tokens => ("about ", "tokens"),
                    Unit::Bytes => ("", "bytes"),
                };
                Failure::new(
                    "response_too_large",
                    format!(
                        "the answer of `{tool}` has {about}{size} {unit}; it may have {}",
                        most.most
                    ),
                )
                .hint(hint)
                .detail("size", size)
                .detail("limit", most.most)
                .detail("unit", unit)
            }
            Self::Unconfirmed(why) => Failure::new(why.code(), why.text(tool)),
            Self::StoreAway(error) => {
                let id = incident_id();
                tracing::error!(tool, %id, %error, "the store of shared state is away");
                let mut failure =
                    Failure::new("unavailable", "the server cannot check this call now");
                failure.id = Some(id);
                failure
            }
            Self::Closed(Closed) => Failure::new(
                "unavailable",
                "the server is stopping and takes no new calls",
            )
            .hint("nothing was done; call again once the server is back"),
            Self::CutOff => Failure::new(
                "unavailable",
                format!("the server stopped before `{tool}` was done"),
            )
            .detail("outcome", "unknown"),
            Self::Idempotency(refused) => refused.into_failure(),
            Self::Denied(Denied(Permits::NeedsScopes(scopes))) => Failure::new(
                "insufficient_scope",
                format!("`{tool}` needs the scopes `{}`", scopes.join("`, `")),
            )
            .detail("scopes", scopes),
            Self::Denied(_) => Failure::new("forbidden", format!("you may not call `{tool}`")),
            Self::Invalid(Invalid(fields)) => {
                let mut failure = Failure::new(
                    "invalid_input",
                    format!("the arguments of `{tool}` cannot be used:"),
                );
                failure.fields = fields;
                failure
            }
            Self::Limited(limited) => limited.failure(tool),
            Self::TooManyTasks(many) => many.failure(tool),
            Self::Open(open) => open.failure(tool),
            Self::Elapsed(elapsed) => elapsed.failure(tool),
            Self::Crowded(crowded) => crowded.failure(tool),
        };
        Reply::Failure(failure)
    }
}

/// The step of a client that cancels its call, or leaves.
pub(crate) const CLIENT: &str = "client";

impl Refusal {
    /// What the model would read.
    #[cfg(feature = "cli")]
    pub(crate) fn text(self, tool: &str) -> String {
        match self.into_reply(tool) {
            Reply::Failure(failure) => failure.text(),
            reply => reply.outcome().to_owned(),
        }
    }

    /// The step that refused, for logs and records.
    pub(crate) fn step(&self) -> &'static str {
        match self {
            Self::Replied(_, step) => step,
            Self::Closed(_) | Self::CutOff => "shutdown",
            Self::Panicked(_) => "contract",
            Self::Unknown => "gate",
            Self::Denied(_) => "authorize",
            Self::Unrecordable => "audit",
            Self::TooLong(_) | Self::Invalid(_) | Self::BrokenState => "decode",
            Self::Unconfirmed(_) | Self::StoreAway(_) => "confirm",
            Self::Idempotency(_) => "idempotency",
            Self::Limited(_) => "rate",
            Self::TooManyTasks(_) => "task",
            Self::Open(_) => "breaker",
            Self::Crowded(_) => "concurrency",
            Self::Elapsed(_) => "deadline",
            Self::InputRequired(_) | Self::Lacks(_) => "ask",
            Self::Tool(_) => ATTEMPT,
            Self::TooLarge(_) => "size",
            Self::Cancelled => CLIENT,
        }
    }
}

impl Reply {
    pub(crate) fn new(tool: &str, outcome: std::result::Result<Output, Refusal>) -> Self {
        match outcome {
            Ok(output) => Self::Output(output),
            Err(refusal) => refusal.into_reply(tool),
        }
    }

    /// The id under which the log tells more than the answer does.
    pub(crate) fn incident(&self) -> Option<&str> {
        match self {
            Self::Failure(failure) => failure.id.as_deref(),
            _ => None,
        }
    }

    /// The call's outcome in one word, for logs and metrics.
    pub(crate) fn outcome(&self) -> &'static str {
        match self {
            Self::Output(_) => "ok",
            Self::Failure(failure) => failure.code,
            Self::UnknownTool => "unknown_tool",
            Self::InputRequired(_) => "input_required",
            Self::Lacks(_) => "client_lacks_capability",
            Self::BrokenState => "broken_state",
            Self::Cancelled => "cancelled",
        }
    }
}
