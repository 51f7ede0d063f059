use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool]
async fn greet(name: Option<&str>) -> String {
    name.unwrap_or("you").to_owned()
}

fn main() {}
