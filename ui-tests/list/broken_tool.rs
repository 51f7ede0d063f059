use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool(raet = "10/s")]
async fn add(a: i64, b: i64) -> i64 {
    a + b
}

const TOOLS: Toolset = tools![add];

fn main() {}
