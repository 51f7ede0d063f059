//! Tools that must compile: in crates that deny every lint, in modules without a prelude, beside hostile names.
//!
//! Clippy looks at them as at any other code of the workspace.

#![deny(
    clippy::pedantic,
    missing_docs,
    unreachable_pub,
    unsafe_code,
    unused_qualifications,
    warnings
)]

#[path = "accepted/everything.rs"]
pub mod everything;
#[path = "accepted/hostile_names.rs"]
pub mod hostile_names;
#[path = "accepted/items.rs"]
pub mod items;
#[path = "accepted/no_prelude.rs"]
pub mod no_prelude;
#[path = "accepted/renamed.rs"]
pub mod renamed;
#[path = "accepted/toolsets.rs"]
pub mod toolsets;
