#![deny(deprecated)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool]
async fn act(#[arg(default = "sk-proj-Ab3dEf6hIj9kLm2nOp5q")] key: &str) {
    let _ = key;
}

fn main() {}
