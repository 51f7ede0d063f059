#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(read_only, cache = "60s tags(user:{user})")]
async fn act(id: u32) {}

fn main() {}
