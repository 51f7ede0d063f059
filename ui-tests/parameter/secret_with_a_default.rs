#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Take it.
#[tool]
async fn take(#[arg(secret, default = "hunter2")] password: &str) {}

fn main() {}
