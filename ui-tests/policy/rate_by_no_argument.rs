#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(rate = "10/s per arg.idd")]
async fn act(id: u32) {}

fn main() {}
