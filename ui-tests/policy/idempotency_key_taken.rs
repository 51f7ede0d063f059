#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(idempotency = "24h")]
async fn act(#[arg(name = "idempotencyKey")] key: &str) {}

fn main() {}
