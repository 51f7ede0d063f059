use mcp_runtime::prelude::*;

/// A customer's record.
#[resource("crm://customers/{id}", confirm = "Read {id}?")]
async fn customer(id: u64) -> String {
    format!("{id}")
}

fn main() {}
