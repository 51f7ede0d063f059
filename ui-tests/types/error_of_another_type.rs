use mcp_runtime::prelude::*;

struct Lost;

/// Name the origin.
#[tool]
async fn origin() -> Result<String, Lost> {
    Err(Lost)
}

fn main() {}
