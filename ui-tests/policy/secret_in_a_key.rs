#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(rate = "10/s per arg.token")]
async fn act(#[arg(secret)] token: &str) {}

fn main() {}
