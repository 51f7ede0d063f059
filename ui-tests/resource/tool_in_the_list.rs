use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool(read_only)]
async fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn main() {
    let _ = resources![add];
}
