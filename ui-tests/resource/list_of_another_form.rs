use mcp_runtime::prelude::*;

fn all() -> Vec<String> {
    Vec::new()
}

/// A page.
#[resource("docs://{page}", list = all)]
async fn page(page: u32) -> String {
    format!("{page}")
}

fn main() {}
