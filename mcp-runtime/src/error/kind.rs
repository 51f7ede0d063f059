//! What sort of failure it is, and which argument is at fault.

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
