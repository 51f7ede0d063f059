use mcp_runtime::prelude::*;

/// Do it.
#[tool(allow(everything, "it is fine"))]
async fn act() {}

fn main() {}
