#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(auth = "none", concurrency = "8 per tenant")]
async fn act(id: u32) {}

fn main() {}
