#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(confirm = "Delete {path}?")]
async fn act(file: &str, db: State<u32>) {}

fn main() {}
