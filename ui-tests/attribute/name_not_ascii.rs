use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool]
async fn größe(a: i64) -> i64 {
    a
}

fn main() {}
