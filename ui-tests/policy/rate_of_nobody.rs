#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(auth = "none", rate = "10/s per caller")]
async fn act(id: u32) {}

fn main() {}
