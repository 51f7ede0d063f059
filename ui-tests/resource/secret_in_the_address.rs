use mcp_runtime::prelude::*;

/// What a token opens.
#[resource("vault://{token}")]
async fn vault(#[arg(secret)] token: String) -> String {
    token
}

fn main() {}
