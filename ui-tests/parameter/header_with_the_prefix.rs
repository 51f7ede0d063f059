#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Take it.
#[tool]
async fn take(#[arg(header = "Mcp-Param-Region")] region: &str) {}

fn main() {}
