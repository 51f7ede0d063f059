use mcp_runtime::prelude::*;

/// Ask for a review.
#[prompt]
async fn review(code: String) -> String {
    code
}

/// Ask for another one.
#[prompt(name = "review")]
async fn another(code: String) -> String {
    code
}

fn main() {
    let _ = prompts![review, another];
}
