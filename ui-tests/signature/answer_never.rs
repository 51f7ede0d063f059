use mcp_runtime::prelude::*;

/// Add two numbers.
#[tool]
async fn stop() -> ! {
    std::process::exit(0)
}

fn main() {}
