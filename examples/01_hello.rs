//! A whole server: one tool, checked, listed and served.

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

pub const TOOLS: Toolset = tools![add];

#[tokio::main]
async fn main() -> mcp_runtime::Result<()> {
    Server::new("calculator").mount(TOOLS).run().await
}
