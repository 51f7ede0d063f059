use mcp_runtime::Rate;
use mcp_runtime::prelude::*;

const RATE: Rate = Rate::new("100/s per tenant");

struct Crm;

#[toolset(rate = RATE)]
impl Crm {
    /// Find a customer.
    #[tool(auth = "none")]
    async fn find(&self) {}
}

fn main() {}
