#![allow(unused_variables)]

use mcp_runtime::prelude::*;

fn check(_: &str) -> Result<(), validator::ValidationError> {
    Ok(())
}

/// Take it.
#[tool]
async fn take(#[validate(custom = check)] count: u32) {}

fn main() {}
