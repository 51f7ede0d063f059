#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(auth = "files:read and files:write")]
async fn act(id: u32) {}

fn main() {}
