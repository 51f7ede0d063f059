use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool]
async fn add(a: i64, b: i64) -> impl ToString {
    a + b
}

fn main() {}
