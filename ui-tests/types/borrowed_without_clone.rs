use mcp_runtime::prelude::*;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Point {
    x: f64,
}

/// Measure a point.
#[tool]
async fn measure(point: &Point) -> f64 {
    point.x
}

fn main() {}
