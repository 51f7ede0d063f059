use mcp_runtime::prelude::*;

/// A customer's record.
#[resource("crm://customers/{customr}")]
async fn record(customer: u64) -> String {
    format!("{customer}")
}

fn main() {}
