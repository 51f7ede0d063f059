use mcp_runtime::prelude::*;

#[toolset(prefix = "crm.")]
pub mod crm {
    use mcp_runtime::prelude::*;

    /// Find a customer.
    #[tool]
    async fn find() {}
}

fn main() {}
