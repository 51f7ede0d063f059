use mcp_runtime::prelude::*;

/// Ask for a review.
#[prompt]
async fn review(#[arg(header = "Code")] code: String) -> String {
    code
}

fn main() {}
