use mcp_runtime::prelude::*;

/// The manual.
#[resource("docs://manual")]
async fn manual() -> String {
    String::new()
}

/// The same manual.
#[resource("docs://manual")]
async fn guide() -> String {
    String::new()
}

fn main() {
    let _ = resources![manual, guide];
}
