#![deny(deprecated)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool]
async fn act() {
    let _ = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
}

fn main() {}
