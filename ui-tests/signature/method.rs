use mcp_runtime::prelude::*;

struct Sum(i64);

impl Sum {
    /// Add a number.
    #[tool]
    async fn add(&self, number: i64) -> i64 {
        self.0 + number
    }
}

fn main() {}
