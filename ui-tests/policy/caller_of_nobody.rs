#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(auth = "none")]
async fn act(caller: Caller) {}

fn main() {}
