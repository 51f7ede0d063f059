#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Take it.
#[tool]
async fn take(#[validate(nested)] all: Args<u32>) {}

fn main() {}
