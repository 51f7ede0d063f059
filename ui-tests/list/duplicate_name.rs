use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool]
async fn add(a: i64, b: i64) -> i64 {
    a + b
}

/// Add more.
#[tool(name = "add")]
async fn plus(a: i64) -> i64 {
    a
}

const TOOLS: Toolset = tools![add, #[cfg(any())] missing, plus];

fn main() {}
