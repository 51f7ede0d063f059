use mcp_runtime::prelude::*;

#[toolset(rate = "1/s per arg.customer")]
pub mod crm {
    use mcp_runtime::prelude::*;

    /// Find a customer.
    #[tool(read_only)]
    async fn find(customer: &str) {}

    /// Count the customers.
    #[tool(read_only)]
    async fn count(region: &str) {}
}

fn main() {}
