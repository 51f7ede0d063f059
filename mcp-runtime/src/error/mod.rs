//! What can go wrong, in three audiences' words: [`ToolError`] is for the model that called, [`Refusal`]
//! is a policy's decision on its way to the wire, [`ServerError`] is for the operator who starts the server.

mod failure;
mod kind;
mod refusal;
mod reply;
mod server_error;
mod tool_error;

use std::error::Error as StdError;
use std::fmt;

pub(crate) use self::failure::{Failure, incident_id, millis_ceil};
pub use self::kind::{ErrorKind, FieldError};
pub(crate) use self::refusal::{CLIENT, Refusal};
pub(crate) use self::reply::Reply;
pub use self::server_error::ServerError;
pub(crate) use self::tool_error::Signal;
pub use self::tool_error::{IntoToolError, ToolError};

/// The key under which an error object stands in a result's `_meta`.
pub const ERROR_META_KEY: &str = "dev.mcp-runtime/error";

/// What [`Server::run`](crate::Server::run) and the other entry points return.
pub type Result<T, E = ServerError> = std::result::Result<T, E>;

/// A private cause: logged with an id, never sent.
pub(crate) type Cause = Box<dyn StdError + Send + Sync>;

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
