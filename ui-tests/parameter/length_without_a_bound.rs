#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Take it.
#[tool]
async fn take(#[validate(length(message = "too long"))] name: &str) {}

fn main() {}
