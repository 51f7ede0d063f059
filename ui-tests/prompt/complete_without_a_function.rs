use mcp_runtime::prelude::*;

/// Ask for a review.
#[prompt]
async fn review(#[complete] code: String) -> String {
    code
}

fn main() {}
