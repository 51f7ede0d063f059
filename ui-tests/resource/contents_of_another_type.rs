use mcp_runtime::prelude::*;

struct Customer;

/// A customer's record.
#[resource("crm://customers/{id}")]
async fn customer(id: u64) -> Customer {
    let _ = id;
    Customer
}

fn main() {}
