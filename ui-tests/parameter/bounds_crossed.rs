#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Take it.
#[tool]
async fn take(#[validate(range(min = 10, max = -10))] count: i32) {}

fn main() {}
