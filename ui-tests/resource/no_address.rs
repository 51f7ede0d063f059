use mcp_runtime::prelude::*;

/// A customer's record.
#[resource(mime = "text/plain")]
async fn customer() -> String {
    String::new()
}

fn main() {}
