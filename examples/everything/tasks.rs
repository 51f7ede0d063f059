//! Calls that go on after their request (the Tasks extension).

use std::time::Duration;

use mcp_runtime::prelude::*;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::rounds::Name;

pub const TOOLS: Toolset = tools![
    greet,
    slow_compute,
    failing_job,
    protocol_error_job,
    confirm_delete,
    multi_input,
    test_tool_with_task,
];

#[derive(Debug, Deserialize, JsonSchema)]
struct Confirm {
    /// Whether to go on.
    confirm: bool,
}

/// Greet somebody, at once.
#[tool(read_only)]
async fn greet(
    /// Whom.
    name: String,
) -> String {
    format!("Hello, {name}!")
}

/// Compute for a while.
#[tool(read_only, task = "optional", timeout = "2m")]
async fn slow_compute(
    /// For how long.
    #[validate(range(max = 110))]
    seconds: u64,
    /// A name for it.
    label: Option<String>,
    ctx: Context,
) -> String {
    for second in 0..seconds {
        ctx.progress(second as f64, seconds as f64).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let label = label.unwrap_or_else(|| "it".to_owned());
    format!("computed {label} for {seconds} s")
}

/// Fail after a while, as tools do.
#[tool(task = "required")]
async fn failing_job() -> Result<(), ToolError> {
    tokio::time::sleep(Duration::from_secs(1)).await;
    Err(ToolError::failed("this job always fails"))
}

/// Fail as no tool should.
#[tool(task = "optional")]
async fn protocol_error_job() {
    panic!("this job always panics")
}

/// Ask before deleting a file, which it does not.
#[tool(destructive, confirm = "never", task = "optional")]
async fn confirm_delete(
    /// Its name.
    filename: String,
    ctx: Context,
) -> Result<String, ToolError> {
    let Confirm { confirm } = ctx
        .ask("confirm", format!("Really delete {filename}?"))
        .await?;
    Ok(match confirm {
        true => format!("deleted {filename}"),
        false => format!("kept {filename}"),
    })
}

/// Ask two things at once.
#[tool(task = "optional")]
async fn multi_input(ctx: Context) -> Result<String, ToolError> {
    let (one, two) = tokio::join!(
        ctx.ask::<Name>("first_name", "What is your first name?"),
        ctx.ask::<Name>("last_name", "What is your last name?"),
    );
    Ok(format!("{} {}", one?.name, two?.name))
}

/// Ask first, and work then.
#[tool(task = "required")]
async fn test_tool_with_task(ctx: Context, task: Task) -> Result<String, ToolError> {
    let Name { name } = ctx.ask("user_name", "What is your name?").await?;
    task.begin().await?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    Ok(format!("Hello, {name}!"))
}
