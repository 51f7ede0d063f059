use mcp_runtime::prelude::*;

/// The manual.
#[resource("docs://manual", priority = 2.0)]
async fn manual() -> String {
    String::new()
}

fn main() {}
