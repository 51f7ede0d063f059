use mcp_runtime::prelude::*;

/// Ask for a review.
#[prompt(task = "optional")]
async fn review(code: String) -> String {
    code
}

fn main() {}
