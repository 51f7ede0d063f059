#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Take it.
#[tool]
async fn take(#[validate(length(max = 5))] place: (i64, i64)) {}

fn main() {}
