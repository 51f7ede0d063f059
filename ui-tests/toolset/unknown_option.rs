use mcp_runtime::prelude::*;

#[toolset(prefx = "crm")]
pub mod crm {
    use mcp_runtime::prelude::*;

    /// Find a customer.
    #[tool]
    async fn find() {}
}

fn main() {}
