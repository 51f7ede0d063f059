#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(destructive, confirm = "never", cache = "60s")]
async fn act(id: u32) {}

fn main() {}
