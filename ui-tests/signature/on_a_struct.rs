use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool]
struct Add;

fn main() {}
