#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(rate = ["5/s per caller", "10"])]
async fn act(id: u32) {}

fn main() {}
