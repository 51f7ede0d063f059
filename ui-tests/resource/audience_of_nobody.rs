use mcp_runtime::prelude::*;

/// The manual.
#[resource("docs://manual", audience = ["admin"])]
async fn manual() -> String {
    String::new()
}

fn main() {}
