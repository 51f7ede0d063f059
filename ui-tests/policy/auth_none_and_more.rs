#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(auth = "none | admin")]
async fn act(id: u32) {}

fn main() {}
