//! What a call over HTTP costs the server's process, beside raw axum and bare rmcp in the same run.
//!
//! `cargo bench --bench http --features auth` starts each server as a process of its own with one thread, and loads them in turn over
//! loopback with 32 connections. It prints medians over the rounds: CPU time and allocations of the server for one request, requests
//! per second, and the ratio to raw axum. Arguments: a number sets the rounds (default 5), a word picks the rows that have it in their
//! name.
//!
//! CPU time is what the kernel's scheduler counts for the server's threads (`/proc/PID/task/*/schedstat`), so that a busy machine
//! changes it little. Requests per second are the machine's and its other work's.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark prints its figures, and its time is the machine's"
)]

#[allow(
    dead_code,
    clippy::cast_precision_loss,
    clippy::unwrap_used,
    reason = "the corpus is the tests' own"
)]
#[path = "../../src/auth/tests/corpus.rs"]
mod corpus;
mod load;
mod ours;
mod raw;
mod rmcp;
mod rows;
mod server;

type Error = Box<dyn std::error::Error + Send + Sync>;
type Result<T, E = Error> = std::result::Result<T, E>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [serve, kind] = arguments.as_slice()
        && serve == "--serve"
    {
        return server::serve(kind);
    }
    let rounds = arguments.iter().find_map(|word| word.parse().ok());
    let word = arguments
        .iter()
        .find(|word| !word.starts_with("--") && word.parse::<usize>().is_err());
    rows::run(rounds.unwrap_or(5), word.map_or("", String::as_str))
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    Ok(builder.enable_all().build()?)
}
