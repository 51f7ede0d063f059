//! What is promised across crates, held from outside: a module per area.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on says where and stops"
)]

mod asking;
mod caching;
mod clients;
mod docs;
mod foreign;
mod idempotency;
mod protocol;
mod script;
mod served;
mod testing;
mod transcripts;
