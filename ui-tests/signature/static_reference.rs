use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool]
async fn shout(text: &'static str) -> String {
    text.to_uppercase()
}

fn main() {}
