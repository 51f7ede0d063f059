#![allow(unused_variables)]

use mcp_runtime::prelude::*;

const SEARCH: mcp_runtime::Cache = mcp_runtime::Cache::new("10s");

/// Do it.
#[tool(rate = SEARCH)]
async fn act(id: u32) {}

fn main() {}
