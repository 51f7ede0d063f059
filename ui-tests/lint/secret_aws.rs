#![deny(deprecated)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool]
async fn act() {
    connect("AKIAIOSFODNN7EXAMPLE");
}

fn connect(_: &str) {
}

fn main() {}
