#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Take it.
#[tool]
async fn take(#[validate(regex(path = *NAME))] name: &str) {}

fn main() {}
