use mcp_runtime::prelude::*;

/// A page.
#[resource("docs://{page}")]
async fn page(#[arg(default = 1)] page: u32) -> String {
    format!("{page}")
}

fn main() {}
