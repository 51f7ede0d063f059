use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool]
async fn add(a: i64, #[arg(name = "a")] b: i64) -> i64 {
    a + b
}

fn main() {}
