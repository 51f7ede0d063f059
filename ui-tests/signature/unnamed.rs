use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool]
async fn add(_: i64, b: i64) -> i64 {
    b
}

fn main() {}
