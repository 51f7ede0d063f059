#![deny(deprecated)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool]
async fn act(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8, i: u8) {
    let _ = (a, b, c, d, e, f, g, h, i);
}

fn main() {}
