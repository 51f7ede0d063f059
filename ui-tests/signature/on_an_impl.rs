use mcp_runtime::prelude::*;

struct Sum;

#[tool]
impl Sum {}

fn main() {}
