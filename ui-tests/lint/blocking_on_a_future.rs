#![deny(deprecated)]

use mcp_runtime::prelude::*;

fn block_on(_: impl Future) {}

/// Do it.
#[tool]
async fn act() {
    block_on(async {});
}

fn main() {}
