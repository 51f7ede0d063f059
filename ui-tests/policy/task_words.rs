#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(task = "requird")]
async fn act(id: u32) {}

fn main() {}
