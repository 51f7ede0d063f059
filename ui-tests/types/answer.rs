use mcp_runtime::prelude::*;

struct Point;

/// Name the origin.
#[tool]
async fn origin() -> Point {
    Point
}

fn main() {}
