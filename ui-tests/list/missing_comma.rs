use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool]
async fn add(a: i64, b: i64) -> i64 {
    a + b
}

/// Negate a number.
#[tool]
async fn negate(a: i64) -> i64 {
    -a
}

const TOOLS: Toolset = tools![add negate];

fn main() {}
