//! The server that the client tests speak to: one tool that adds, one that panics, one that waits.

use std::time::Duration;

use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool(read_only)]
pub async fn add(
    /// First addend.
    a: i64,
    /// Second addend.
    #[validate(range(min = -1_000_000, max = 1_000_000))]
    b: i64,
) -> i64 {
    a + b
}

/// Panic, with a text that must stay inside the server.
#[tool(read_only)]
pub async fn boom() -> i64 {
    panic!("the fixture's own secret")
}

/// Wait, then say so.
#[tool(read_only)]
pub async fn slow(
    /// How long, in milliseconds.
    ms: u32,
) -> String {
    tokio::time::sleep(Duration::from_millis(ms.into())).await;
    format!("waited {ms} ms")
}

const TOOLS: Toolset = tools![add, boom, slow];

#[tokio::main]
async fn main() -> mcp_runtime::Result<()> {
    Server::new("fixture").mount(TOOLS).run().await
}
