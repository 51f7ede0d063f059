//! A server made of parts: a type whose methods are tools, mounted twice, and a server of another team's, taken whole.

use mcp_runtime::Mount;
use mcp_runtime::prelude::*;

/// The customers of one region.
struct Crm {
    names: Vec<&'static str>,
}

#[toolset(prefix = "crm", auth = "none", timeout = "5s", tags = ["crm"])]
impl Crm {
    /// Find customers by a part of their name.
    #[tool(read_only, rate = "10/s per global")]
    async fn find(
        &self,
        /// Part of the name, in lower case.
        part: &str,
    ) -> Json<Vec<&'static str>> {
        let found = self.names.iter().filter(|name| name.contains(part));
        Json(found.copied().collect())
    }

    /// Count the customers.
    #[tool(read_only, timeout = "1s")]
    async fn count(&self) -> usize {
        self.names.len()
    }

    /// Remove every customer.
    #[tool(destructive, confirm = "Remove everybody?", tags = ["danger"])]
    async fn purge(&self) {}
}

/// A server of another team's, with state and names of its own.
fn billing() -> Server {
    /// Export an invoice.
    #[tool(read_only, auth = "none")]
    async fn export(id: u64, prefix: State<String>) -> String {
        format!("{}{id}", *prefix)
    }
    Server::new("billing")
        .mount(tools![export])
        .state("INV-".to_owned())
}

#[tokio::main]
async fn main() -> mcp_runtime::Result<()> {
    let eu = Crm {
        names: vec!["ada", "grace"],
    };
    let us = Crm {
        names: vec!["alan"],
    };
    Server::new("office")
        .mount_at("eu", eu)
        .mount(Mount::new(us).at("us").except_tagged("danger"))
        .merge("billing", billing())
        .run()
        .await
}
