use mcp_runtime::prelude::*;

/// The manual.
#[resource("docs://manual")]
async fn manual() -> Result<String, String> {
    Err("lost".to_owned())
}

fn main() {}
