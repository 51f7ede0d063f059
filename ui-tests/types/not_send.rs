use mcp_runtime::prelude::*;

use std::rc::Rc;

/// Add two numbers.
#[tool]
async fn add(a: i64, b: i64) -> i64 {
    let a = Rc::new(a);
    std::future::ready(()).await;
    *a + b
}

fn main() {}
