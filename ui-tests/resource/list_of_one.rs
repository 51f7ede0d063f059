use mcp_runtime::prelude::*;

async fn all() -> Vec<Link> {
    Vec::new()
}

/// The manual.
#[resource("docs://manual", list = all)]
async fn manual() -> String {
    String::new()
}

fn main() {}
