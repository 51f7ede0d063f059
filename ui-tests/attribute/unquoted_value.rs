use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool(timeout = 30s, auth = none)]
async fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn main() {}
