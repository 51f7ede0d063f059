use mcp_runtime::prelude::*;

/// Measure a point.
#[tool]
async fn measure(point: Pont) -> f64 {
    0.0
}

fn main() {}
