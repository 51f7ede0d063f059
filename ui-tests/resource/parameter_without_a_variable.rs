use mcp_runtime::prelude::*;

/// A customer's record.
#[resource("crm://customers/{id}")]
async fn customer(id: u64, year: u32) -> String {
    format!("{id} in {year}")
}

fn main() {}
