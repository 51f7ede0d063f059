use mcp_runtime::prelude::*;

struct Crm;

#[toolset]
impl Crm {
    /// Find a customer.
    #[tool(raet = "10/s")]
    async fn find(&self, #[arg(defualt = 1)] id: u64) {}
}

fn main() {
    let _ = Server::new("crm").mount(Crm);
}
