use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool]
async fn measure(größe: i64) -> i64 {
    größe
}

fn main() {}
