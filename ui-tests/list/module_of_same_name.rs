use mcp_runtime::prelude::*;

mod fetch {
    use mcp_runtime::prelude::*;

    /// Fetch a page.
    #[tool]
    pub async fn fetch() {}
}

use fetch::fetch;

const TOOLS: Toolset = tools![fetch];

fn main() {}
