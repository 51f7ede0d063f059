use mcp_runtime::prelude::*;

/// The manual.
#[resource("docs://manual")]
async fn manual() -> String {
    String::new()
}

const DOCS: Toolset = resources![manual].with(resources![manual]);

fn main() {
    let _ = DOCS;
}
