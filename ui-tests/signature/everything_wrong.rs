use mcp_runtime::prelude::*;

#[tool(raet = "10/s")]
fn add<T>(a: &mut T, (b, c): (i64, i64), d: impl Into<i64>) -> impl ToString {
    b + c + d.into()
}

fn main() {}
