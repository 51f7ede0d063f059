#![deny(deprecated)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool]
async fn act(action: &str) -> &'static str {
    match action {
        "add" => "added",
        _ => "removed",
    }
}

fn main() {}
