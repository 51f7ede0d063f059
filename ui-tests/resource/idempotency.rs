use mcp_runtime::prelude::*;

/// A customer's record.
#[resource("crm://customers/{id}", idempotency = "24h")]
async fn customer(id: u64) -> String {
    format!("{id}")
}

fn main() {}
