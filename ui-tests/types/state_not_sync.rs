use mcp_runtime::prelude::*;

use std::cell::Cell;

/// Count.
#[tool]
async fn count(total: State<Cell<u64>>) -> u64 {
    total.get()
}

fn main() {}
