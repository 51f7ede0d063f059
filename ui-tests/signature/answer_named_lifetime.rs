use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool]
async fn first<'a>(text: &'a str) -> std::borrow::Cow<'a, str> {
    text.into()
}

fn main() {}
