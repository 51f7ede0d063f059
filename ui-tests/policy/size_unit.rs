#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(max_in = "256kb")]
async fn act(id: u32) {}

fn main() {}
