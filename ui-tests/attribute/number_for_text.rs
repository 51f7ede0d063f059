use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool(title = 3, tags = "math", timeout = 30)]
async fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn main() {}
