use mcp_runtime::prelude::*;

/// Ask for a review.
#[prompt]
async fn review(code: String) -> usize {
    code.len()
}

fn main() {}
