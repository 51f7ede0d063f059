#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(confirm_ttl = "5m")]
async fn act(id: u32) {}

fn main() {}
