#![allow(unused_variables)]

use mcp_runtime::prelude::*;

const SEARCH: mcp_runtime::Cache = mcp_runtime::Cache::new("60s");

/// Do it.
#[tool(cache = SEARCH)]
async fn act(id: u32) {}

fn main() {}
