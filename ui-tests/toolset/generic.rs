use mcp_runtime::prelude::*;

struct Crm<Db>(Db);

#[toolset]
impl<Db: Send + Sync + 'static> Crm<Db> {
    /// Find a customer.
    #[tool(read_only)]
    async fn find(&self) {}
}

fn main() {}
