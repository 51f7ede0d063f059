use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool]
async fn first(text: &str) -> &str {
    &text[..1]
}

fn main() {}
