#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Take it.
#[tool]
async fn take(#[validate(lenght(max = 5))] name: &str) {}

fn main() {}
