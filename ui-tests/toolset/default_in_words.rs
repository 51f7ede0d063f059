use mcp_runtime::prelude::*;

#[toolset(rate = "100 per second")]
pub mod crm {
    use mcp_runtime::prelude::*;

    /// Find a customer.
    #[tool]
    async fn find() {}
}

fn main() {}
