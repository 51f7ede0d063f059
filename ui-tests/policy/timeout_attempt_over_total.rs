#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(timeout = "10s attempt 30s")]
async fn act(id: u32) {}

fn main() {}
