#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(rate = "10/s burst 5 cost 6")]
async fn act(id: u32) {}

fn main() {}
