#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(retry = "3")]
async fn act(id: u32) {}

fn main() {}
