use mcp_runtime::prelude::*;

fn languages() -> Vec<String> {
    Vec::new()
}

/// Ask for a review.
#[prompt]
async fn review(#[complete(languages)] language: String) -> String {
    language
}

fn main() {}
