#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(breaker = "50 of 20")]
async fn act(id: u32) {}

fn main() {}
