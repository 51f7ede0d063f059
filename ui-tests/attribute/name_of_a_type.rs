use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool]
async fn char(number: u32) -> Option<String> {
    char::from_u32(number).map(String::from)
}

fn main() {}
