#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(read_only, cache = "60s", task = "optional")]
async fn act(id: u32) {}

fn main() {}
