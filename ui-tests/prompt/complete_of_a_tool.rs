use mcp_runtime::prelude::*;

fn names(_typed: &str) -> Vec<String> {
    Vec::new()
}

/// Greet somebody.
#[tool(read_only)]
async fn greet(#[complete(names)] name: String) -> String {
    name
}

fn main() {}
