use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool]
async fn add(total: &mut i64, b: i64) -> i64 {
    *total += b;
    *total
}

fn main() {}
