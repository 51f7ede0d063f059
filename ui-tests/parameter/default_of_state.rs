#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Take it.
#[tool]
async fn take(#[arg(default = 5)] count: State<u32>) {}

fn main() {}
