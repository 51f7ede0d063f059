#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(destructive, confirm = "never", confirm_ttl = "5m")]
async fn act(id: u32) {}

fn main() {}
