//! What the crate promises, held from outside: a module per area.
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod protocol;
mod testing;
