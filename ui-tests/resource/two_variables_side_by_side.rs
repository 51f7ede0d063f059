use mcp_runtime::prelude::*;

/// A day.
#[resource("log://{month}{day}")]
async fn day(month: u8, day: u8) -> String {
    format!("{month} {day}")
}

fn main() {}
