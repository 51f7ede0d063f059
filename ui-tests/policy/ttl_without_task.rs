#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(ttl = "1h")]
async fn act(id: u32) {}

fn main() {}
