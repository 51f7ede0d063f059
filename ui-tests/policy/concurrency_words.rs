#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(concurrency = "8 waiting 32")]
async fn act(id: u32) {}

fn main() {}
