use mcp_runtime::toolset;

#[toolset]
pub mod crm {
    /// Find a customer.
    #[tool]
    async fn find() {}
}

fn main() {}
