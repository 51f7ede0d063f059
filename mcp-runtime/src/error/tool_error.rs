//! A tool's failure, for the model that called it.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{Chain, ErrorKind, Failure, FieldError, incident_id};
use crate::client::Capability;

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

/// What a tool's `Result` may fail with: [`ToolError`], and whatever converts to it.
///
/// That is every [`std::error::Error`], and a type of your own with `impl From<Mine> for ToolError`, which chooses what the model reads.
#[diagnostic::on_unimplemented(
    message = "`{Self}` doesn't convert to `ToolError`",
    label = "the caller can't be told of a failure of this type",
    note = "return `Result<_, ToolError>`; a text becomes one with `.map_err(ToolError::failed)`, and the model reads it",
    note = "what the log alone should have, such as an `anyhow::Error`, becomes one with `.map_err(ToolError::internal)`",
    note = "for a type of your own, write `impl From<{Self}> for ToolError`"
)]
pub trait IntoToolError: Send + 'static {
    /// Converts.
    fn into_tool_error(self) -> ToolError;
}

#[diagnostic::do_not_recommend]
impl<E: Into<ToolError> + Send + 'static> IntoToolError for E {
    fn into_tool_error(self) -> ToolError {
        self.into()
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
