#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool(timeout = "30 sec")]
async fn act(id: u32) {}

fn main() {}
