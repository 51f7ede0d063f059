#![deny(deprecated)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool]
async fn act(sql: String) -> usize {
    sql.len()
}

fn main() {}
