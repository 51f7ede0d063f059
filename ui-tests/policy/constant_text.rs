#![allow(unused_variables)]

use mcp_runtime::prelude::*;

const SEARCH: mcp_runtime::Rate = mcp_runtime::Rate::new("10/sec");

/// Do it.
#[tool(rate = SEARCH)]
async fn act(id: u32) {}

fn main() {}
