#![deny(deprecated)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool]
async fn act() {
    tokio::spawn(async {});
}

fn main() {}
