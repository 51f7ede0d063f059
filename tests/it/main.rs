//! What is promised across crates, one module per area.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on says where and stops"
)]

mod clients;
mod docs;
mod served;
mod transcripts;
