#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Take it.
#[tool]
async fn take(#[validate(email(code = "mail"))] address: &str) {}

fn main() {}
