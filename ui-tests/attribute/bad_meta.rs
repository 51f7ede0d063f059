use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool(meta("io.mcp/team" = "math", "a b" = 1, team = {}))]
async fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn main() {}
