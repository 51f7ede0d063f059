use mcp_runtime::prelude::*;

/// Add {a} and {bb}.
#[tool]
async fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn main() {}
