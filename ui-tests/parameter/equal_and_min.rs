#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Take it.
#[tool]
async fn take(#[validate(length(equal = 3, min = 1))] name: &str) {}

fn main() {}
