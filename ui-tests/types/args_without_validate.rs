use mcp_runtime::prelude::*;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Search {
    query: String,
}

/// Search.
#[tool]
async fn search(args: Args<Search>) -> String {
    args.0.query
}

fn main() {}
