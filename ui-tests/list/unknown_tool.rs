use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool]
async fn add(a: i64, b: i64) -> i64 {
    a + b
}

const TOOLS: Toolset = tools![ad];

fn main() {}
