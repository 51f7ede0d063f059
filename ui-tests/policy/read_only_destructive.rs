#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(read_only, destructive, confirm = "never")]
async fn act(id: u32) {}

fn main() {}
