use mcp_runtime::prelude::*;

/// Customers.
#[resource("crm://customers{?name}")]
async fn customers(name: String) -> String {
    name
}

fn main() {}
