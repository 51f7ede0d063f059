//! What is promised across crates, held from outside: a module per area.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on says where and stops"
)]

mod arguments;
mod asides;
mod asking;
mod audit;
mod auth;
mod boot;
mod built;
mod caching;
mod changes;
mod clients;
mod compose;
mod deprecated;
mod docs;
mod fields;
mod foreign;
mod forms;
mod http;
mod idempotency;
mod lane;
mod malformed;
mod metrics;
mod middleware;
mod overrides;
mod pages;
mod probes;
#[cfg(unix)]
mod program;
mod prompts;
mod protocol;
mod resources;
mod revisions;
mod rules;
mod script;
mod secrets;
mod served;
mod shared_store;
mod sharing;
mod size;
mod skills;
mod tasks;
mod testing;
mod toolset;
mod transcripts;
mod when;
