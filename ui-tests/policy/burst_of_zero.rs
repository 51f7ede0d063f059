use mcp_runtime::prelude::*;

/// Do it.
#[tool(rate = "5/s burst 0")]
async fn act() {}

fn main() {}
