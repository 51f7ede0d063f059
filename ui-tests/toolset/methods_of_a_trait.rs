use mcp_runtime::prelude::*;

struct Crm;

trait Find {
    fn find(&self);
}

#[toolset]
impl Find for Crm {
    /// Find a customer.
    #[tool(blocking)]
    fn find(&self) {}
}

fn main() {}
