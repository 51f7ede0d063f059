use mcp_runtime::prelude::*;

async fn add(a: i64, b: i64) -> i64 {
    a + b
}

struct Sub;

const TOOLS: Toolset = tools![add, Sub];

fn main() {}
