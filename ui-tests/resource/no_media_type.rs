use mcp_runtime::prelude::*;

/// The manual.
#[resource("docs://manual", mime = "markdown")]
async fn manual() -> String {
    String::new()
}

fn main() {}
