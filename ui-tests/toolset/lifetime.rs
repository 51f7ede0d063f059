use mcp_runtime::prelude::*;

struct Crm<'a>(&'a str);

#[toolset]
impl<'a> Crm<'a> {
    /// Find a customer.
    #[tool(read_only)]
    async fn find(&self) {}
}

fn main() {}
