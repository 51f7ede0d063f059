#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(read_only, auth = "none", cache = "60s private")]
async fn act(id: u32) {}

fn main() {}
