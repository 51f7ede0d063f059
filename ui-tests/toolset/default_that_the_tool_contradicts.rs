use mcp_runtime::prelude::*;

#[toolset(auth = "user", rate = "100/s per tenant")]
pub mod crm {
    use mcp_runtime::prelude::*;

    /// Find a customer.
    #[tool(auth = "none")]
    async fn find() {}
}

fn main() {}
