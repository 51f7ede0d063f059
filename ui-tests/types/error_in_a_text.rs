use mcp_runtime::prelude::*;

/// Name the origin.
#[tool]
async fn origin() -> Result<u64, String> {
    Err("lost".to_owned())
}

fn main() {}
