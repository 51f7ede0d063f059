use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool(raet = "10/s")]
async fn add(a: i64, b: i64) -> i64 {
    a + b
}

/// Subtract two numbers.
#[tool(timeuot = "10s")]
async fn subtract(a: i64, b: i64) -> i64 {
    a - b
}

const TOOLS: Toolset = tools![add, subtract];

/// What the shop sells.
#[resource("shop://items", raet = "10/s")]
async fn items() -> String {
    String::new()
}

/// Who buys it.
#[resource("shop://customers", raet = "10/s")]
async fn customers() -> String {
    String::new()
}

const RESOURCES: Toolset = resources![items, customers];

/// Ask for a review.
#[prompt(raet = "10/s")]
async fn review() -> String {
    String::new()
}

/// Ask for a summary.
#[prompt(raet = "10/s")]
async fn summary() -> String {
    String::new()
}

const PROMPTS: Toolset = prompts![review, summary];

fn main() {}
