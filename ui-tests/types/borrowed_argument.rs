use mcp_runtime::prelude::*;

#[derive(Clone)]
struct Point;

/// Measure a point.
#[tool]
async fn measure(point: &Point, name: &str) -> f64 {
    let _ = (point, name);
    0.0
}

fn main() {}
