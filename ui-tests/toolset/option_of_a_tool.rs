use mcp_runtime::prelude::*;

#[toolset(read_only)]
mod crm {
    use mcp_runtime::prelude::*;

    /// Find a customer.
    #[tool]
    async fn find() {}
}

fn main() {}
