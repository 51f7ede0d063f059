#![deny(deprecated)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool]
async fn act() {
    std::thread::sleep(std::time::Duration::from_secs(1));
}

fn main() {}
