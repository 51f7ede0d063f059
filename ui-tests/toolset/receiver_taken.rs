use mcp_runtime::prelude::*;

struct Crm;

#[toolset]
impl Crm {
    /// Close the books.
    #[tool]
    async fn close(self) {}
}

fn main() {}
