use mcp_runtime::prelude::*;

struct Point;

/// Name the origin.
#[tool]
async fn origin() -> Result<Point, ToolError> {
    Ok(Point)
}

fn main() {}
