#![allow(unused_variables)]

use mcp_runtime::prelude::*;

/// Move money.
#[tool]
async fn transfer(#[arg(header = "Region")] from: &str, #[arg(header = "region")] to: &str) {}

fn main() {}
