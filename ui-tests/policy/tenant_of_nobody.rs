use mcp_runtime::prelude::*;

/// Do it.
#[tool(auth = "none", rate = "5/s per tenant")]
async fn act() {}

fn main() {}
