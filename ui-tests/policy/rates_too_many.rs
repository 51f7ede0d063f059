#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(rate = ["1/s", "2/s", "3/s", "4/s", "5/s"])]
async fn act(id: u32) {}

fn main() {}
