#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Take it.
#[tool]
async fn take(#[arg(default = 1.5)] count: u32) {}

fn main() {}
