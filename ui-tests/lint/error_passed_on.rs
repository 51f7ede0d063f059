#![deny(deprecated)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool]
async fn act(number: &str) -> Result<u32, ToolError> {
    let number = number.parse::<u32>();
    number.map_err(|error| ToolError::failed(format!("cannot read it: {error}")))
}

fn main() {}
