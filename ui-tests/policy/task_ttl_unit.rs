#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(task = "optional", ttl = "10 min")]
async fn act(id: u32) {}

fn main() {}
