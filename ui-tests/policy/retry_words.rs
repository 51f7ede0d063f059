#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(read_only, retry = "3 times")]
async fn act(id: u32) {}

fn main() {}
