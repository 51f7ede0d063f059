use mcp_runtime::prelude::*;

struct Crm;

#[toolset(prefix = "crm")]
impl Crm {
    fn find(&self) {}
}

fn main() {}
