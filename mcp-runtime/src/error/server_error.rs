//! Why a server does not start, for the operator who starts it.

use std::error::Error as StdError;
use std::fmt;

use super::{Cause, Chain};

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

    /// One error that says all of these, if there are any.
    pub(crate) fn all(problems: &[String]) -> Option<Self> {
        (!problems.is_empty()).then(|| Self::new(problems.join("\n")))
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
