#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Take it.
#[tool]
async fn take(#[arg(default)] count: u32) {}

fn main() {}
