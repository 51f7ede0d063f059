#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Take it.
#[tool]
async fn take(#[validate(must_match(other = pasword))] again: &str, password: &str) {}

fn main() {}
