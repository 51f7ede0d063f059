#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(auth = "none")]
async fn act(claims: mcp_runtime::Claims<u8>) {}

fn main() {}
