use mcp_runtime::prelude::*;

struct Db;

/// A customer's record.
#[resource("crm://customers/{id}")]
async fn customer(id: u64, _db: Db) -> String {
    format!("{id}")
}

fn main() {}
