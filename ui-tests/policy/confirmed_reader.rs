#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(read_only, confirm = "Read {id}?")]
async fn act(id: u32) {}

fn main() {}
