use mcp_runtime::prelude::*;

#[prompt]
async fn review(code: String) -> String {
    code
}

fn main() {}
