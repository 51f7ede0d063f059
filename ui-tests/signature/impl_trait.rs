use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool]
async fn add(a: impl Into<i64>, b: i64) -> i64 {
    a.into() + b
}

fn main() {}
