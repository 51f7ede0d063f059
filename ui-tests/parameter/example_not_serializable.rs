#![allow(unused_variables)]

use mcp_runtime::prelude::*;

#[derive(serde::Deserialize, schemars::JsonSchema)]
enum Shelf {
    Novels,
}

/// Take it.
#[tool]
async fn take(#[arg(example = Shelf::Novels)] shelf: Shelf) {}

fn main() {}
