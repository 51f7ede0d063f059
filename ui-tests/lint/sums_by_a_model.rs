#![deny(deprecated)]

use mcp_runtime::prelude::*;

/// Do it.
#[tool]
async fn act(numbers: Vec<i64>, ctx: Context) -> Result<String, ToolError> {
    let said = ctx.sample("sum", format!("Add these: {numbers:?}"), 10).await?;
    Ok(said.text().unwrap_or_default().to_owned())
}

fn main() {}
