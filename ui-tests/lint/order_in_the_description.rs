#![deny(deprecated)]

use mcp_runtime::prelude::*;

/// List the rows. You must sort them by date.
#[tool(read_only)]
async fn rows() {}

fn main() {}
