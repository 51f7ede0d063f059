use mcp_runtime::prelude::*;

struct Crm;

#[toolset]
impl Crm {
    /// Find a customer.
    #[tool(read_only)]
    async fn find(&self) {}

    /// Look a customer up.
    #[cfg(all())]
    #[tool(read_only, name = "find")]
    async fn look_up(&self) {}
}

fn main() {}
