//! What is promised across crates, held from outside: a module per area.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on says where and stops"
)]

mod asking;
mod clients;
mod docs;
#[cfg(unix)]
mod program;
mod protocol;
mod served;
mod testing;
mod transcripts;
