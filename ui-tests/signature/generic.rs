use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool]
async fn add<T>(a: i64, b: i64) -> i64 {
    a + b
}

fn main() {}
