#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Take it.
#[tool]
async fn take(#[arg(defualt = 1)] count: u32) {}

fn main() {}
