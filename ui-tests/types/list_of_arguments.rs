use mcp_runtime::prelude::*;

struct Point;

/// Measure points.
#[tool]
async fn measure(points: Vec<Point>) -> f64 {
    let _ = points;
    0.0
}

fn main() {}
