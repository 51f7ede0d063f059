use mcp_runtime::prelude::*;

struct Crm;

#[toolset]
impl Crm {
    /// Find a customer.
    #[tool]
    async fn find(&self) {}
}

#[toolset]
impl Crm {
    /// Merge two customers.
    #[tool]
    async fn merge(&self) {}
}

fn main() {}
