#![deny(dead_code)]

use mcp_runtime::prelude::*;

#[toolset]
mod crm {
    use mcp_runtime::prelude::*;

    /// Find a customer.
    #[tool]
    async fn find() {}
}

fn main() {}
