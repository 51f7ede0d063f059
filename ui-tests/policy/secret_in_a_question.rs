#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(confirm = "Use {token}?")]
async fn act(#[arg(secret)] token: &str) {}

fn main() {}
