#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Take it.
#[tool]
async fn take(#[validate(range(min = 1))] count: State<u32>) {}

fn main() {}
