#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(deprecated = "use act_v2; sunset 31.1.2027")]
async fn act(id: u32) {}

fn main() {}
