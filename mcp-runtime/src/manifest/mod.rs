//! What a server serves and under which policies, as one document: for a review, for a diff, for an auditor.

mod diff;
mod document;
mod explain;
mod policy;
mod schema;
#[cfg(test)]
mod tests;

pub use self::diff::{Change, Class, diff, table};
pub(crate) use self::document::{document, spelt};
pub(crate) use self::explain::explain;
pub(crate) use self::policy::direction;
