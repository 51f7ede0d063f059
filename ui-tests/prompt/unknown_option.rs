use mcp_runtime::prelude::*;

/// Ask for a review.
#[prompt(titel = "Review")]
async fn review(code: String) -> String {
    code
}

fn main() {}
