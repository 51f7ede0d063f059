//! What a server serves and under which policies, as one document: for a review, for a diff, for an auditor.

mod compare;
mod diff;
#[cfg(feature = "cli")]
mod document;
#[cfg(feature = "cli")]
mod explain;
mod schema;
mod scopes;
#[cfg(test)]
mod tests;

pub use self::diff::{Change, Class, diff, table};
#[cfg(feature = "cli")]
pub(crate) use self::document::document;
#[cfg(feature = "cli")]
pub(crate) use self::explain::{Asked, explain};
