use mcp_runtime::prelude::*;

/// Ask for a review of {file}.
#[prompt]
async fn review(code: String) -> String {
    code
}

fn main() {}
