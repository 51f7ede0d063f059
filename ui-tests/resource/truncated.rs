use mcp_runtime::prelude::*;

/// The manual.
#[resource("docs://manual", max_out = "1000tok truncate")]
async fn manual() -> String {
    String::new()
}

fn main() {}
