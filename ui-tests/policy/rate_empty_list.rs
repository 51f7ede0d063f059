#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(rate = [])]
async fn act(id: u32) {}

fn main() {}
