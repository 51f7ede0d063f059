#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(audit = "everything")]
async fn act(id: u32) {}

fn main() {}
