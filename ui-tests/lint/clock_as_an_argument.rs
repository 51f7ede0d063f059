#![deny(deprecated)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool]
async fn act(today: String) -> usize {
    today.len()
}

fn main() {}
