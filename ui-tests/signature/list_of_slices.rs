use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool]
async fn greet(names: Vec<&str>, rows: &[&[u8]]) -> usize {
    names.len() + rows.len()
}

fn main() {}
