use mcp_runtime::prelude::*;

struct Reviews;

impl Reviews {
    /// Ask for a review.
    #[prompt]
    async fn review(&self, code: String) -> String {
        code
    }
}

fn main() {}
