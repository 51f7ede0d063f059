#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Take it.
#[tool]
async fn take(#[arg(header = "My Region")] region: &str) {}

fn main() {}
