#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(concurrency = "8 per arg.org")]
async fn act() {}

fn main() {}
