#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(read_only, retry = "3 exp 10s..20s", timeout = "5s")]
async fn act(id: u32) {}

fn main() {}
