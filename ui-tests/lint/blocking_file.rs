#![deny(deprecated)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool]
async fn act() {
    let _ = std::fs::read_to_string("prices.csv");
}

fn main() {}
