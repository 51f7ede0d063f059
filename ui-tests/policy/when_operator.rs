#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(auth = "user", when = "claim.org = arg.id")]
async fn act(id: u32) {}

fn main() {}
