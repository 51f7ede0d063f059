use mcp_runtime::prelude::*;

/// A customer's record.
#[resource("customers/{id}")]
async fn customer(id: u64) -> String {
    format!("{id}")
}

fn main() {}
