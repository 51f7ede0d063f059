use mcp_runtime::prelude::*;

#[toolset]
struct Crm;

fn main() {}
