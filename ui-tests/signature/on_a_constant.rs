use mcp_runtime::prelude::*;

/// The answer.
#[tool]
const ANSWER: i64 = 42;

fn main() {}
