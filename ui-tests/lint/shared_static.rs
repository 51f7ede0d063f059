#![deny(deprecated)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool]
async fn act(name: &str) {
    static LAST: std::sync::Mutex<Option<String>> = std::sync::Mutex::new(None);
    LAST.lock().unwrap().replace(name.to_owned());
}

fn main() {}
