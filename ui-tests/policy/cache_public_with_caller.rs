#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(read_only, auth = "user", cache = "60s public")]
async fn act(caller: Caller) {}

fn main() {}
