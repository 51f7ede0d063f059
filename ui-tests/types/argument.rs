use mcp_runtime::prelude::*;

struct Point;

/// Measure a point.
#[tool]
async fn measure(scale: f64, point: Point) -> f64 {
    let _ = point;
    scale
}

fn main() {}
