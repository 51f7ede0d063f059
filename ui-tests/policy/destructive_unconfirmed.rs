#![deny(deprecated)]

use mcp_runtime::prelude::*;

/// Delete a note.
#[tool(destructive)]
async fn delete(id: u32) {}

fn main() {}
