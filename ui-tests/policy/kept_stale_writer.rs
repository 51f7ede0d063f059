use mcp_runtime::prelude::*;

/// Do it.
#[tool(idempotent, cache = "5s swr 1m")]
async fn act() {}

fn main() {}
