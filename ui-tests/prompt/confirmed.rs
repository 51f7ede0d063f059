use mcp_runtime::prelude::*;

/// Ask for a review.
#[prompt(confirm = "Review {code}?")]
async fn review(code: String) -> String {
    code
}

fn main() {}
