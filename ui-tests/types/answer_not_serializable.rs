use mcp_runtime::prelude::*;

struct Point;

/// Name the origin.
#[tool]
async fn origin() -> Json<Point> {
    Json(Point)
}

fn main() {}
