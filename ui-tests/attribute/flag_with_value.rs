use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool(read_only = true, idempotent = false, open(true))]
async fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn main() {}
