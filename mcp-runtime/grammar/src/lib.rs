//! The policy grammar of `mcp-runtime`: what `rate = "10/s"` and its like may say, read by one parser.
//!
//! The attribute macros read policies at compile time, operators' overrides are read when a server starts, and a `const`
//! of your own is read by const evaluation:
//!
//! ```
//! use mcp_grammar::{Auth, Rate};
//!
//! const SEARCH: Rate = Rate::new("100/min burst 20 per caller");
//! const EDITORS: Auth = Auth::new("files:write & role:editor | admin");
//!
//! let error = Rate::parse("10 per second").unwrap_err();
//! assert_eq!(error.to_string(), "expected `/` and a unit of time, found `per second`; write `10/s`");
//! ```
//!
//! Each policy is `Copy` data that borrows from its text. `parse` returns the [`Error`] with its place, `new` panics with
//! the error's sentence, and `Display` gives the canonical spelling, which reads back as the same value.
//! [`Policies`] holds all of one tool and knows which of them contradict each other.

mod audit;
mod auth;
mod breaker;
mod cache;
mod clause;
mod concurrency;
mod confirm;
mod conflict;
mod cursor;
mod deprecated;
mod error;
mod idempotency;
mod inherit;
mod invalidates;
mod key;
mod list;
mod mention;
mod names;
mod policies;
mod prose;
mod rate;
mod retry;
mod size;
mod spelling;
mod task;
mod template;
mod timeout;
mod units;
mod uri;
mod when;
mod wire_name;
mod word;

pub use audit::{Audit, Level};
pub use auth::{Auth, Leaf};
pub use breaker::{Breaker, Trip};
pub use cache::{Cache, Scope, Tags};
pub use concurrency::Concurrency;
pub use confirm::Confirm;
pub use conflict::Conflict;
pub use deprecated::{Date, Deprecated};
pub use error::Error;
pub use idempotency::Idempotency;
pub use invalidates::Invalidates;
pub use key::{Field, Key, Keys};
pub use list::List;
pub use mention::Mention;
pub use policies::Policies;
pub use prose::Prose;
pub use rate::{Cost, Count, OnError, Rate};
pub use retry::Retry;
pub use size::{Size, TooLarge, Unit};
pub use task::TaskSupport;
pub use template::{Piece, Pieces, Template};
pub use timeout::Timeout;
pub use uri::{UriPart, UriTemplate};
pub use when::{Rule, Test, When};
pub use wire_name::{LONGEST_ARGUMENT, LONGEST_NAME, stranger_in_name};

#[cfg(test)]
mod tests;
