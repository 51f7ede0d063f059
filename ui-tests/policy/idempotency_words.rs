#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(idempotency = "24 hours")]
async fn act(id: u32) {}

fn main() {}
