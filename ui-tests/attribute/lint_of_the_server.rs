use mcp_runtime::prelude::*;

/// Do it.
#[tool(allow(god_server, "mirrors the vendor's API"))]
async fn act() {}

fn main() {}
