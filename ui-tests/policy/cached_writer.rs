#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(cache = "60s")]
async fn act(id: u32) {}

fn main() {}
