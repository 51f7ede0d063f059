use mcp_runtime::prelude::*;

struct Db;

fn names(_typed: &str) -> Vec<String> {
    Vec::new()
}

/// Ask for a review.
#[prompt]
async fn review(#[complete(names)] db: State<Db>) -> String {
    let _ = db;
    String::new()
}

fn main() {}
