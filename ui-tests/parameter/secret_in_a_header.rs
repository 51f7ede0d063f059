#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Take it.
#[tool]
async fn take(#[arg(secret, header = "Token")] token: &str) {}

fn main() {}
