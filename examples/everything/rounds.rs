//! Calls that end with questions and go on with the answers (MCP 2026-07-28, "Multi Round-Trip Requests").

use mcp_runtime::Capability;
use mcp_runtime::prelude::*;
use schemars::JsonSchema;
use serde::Deserialize;

pub const TOOLS: Toolset = tools![
    test_input_required_result_elicitation,
    test_input_required_result_sampling,
    test_input_required_result_list_roots,
    test_input_required_result_request_state,
    test_input_required_result_multiple_inputs,
    test_input_required_result_multi_round,
    test_input_required_result_tampered_state,
    test_input_required_result_capabilities,
];

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Name {
    /// A name.
    pub name: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Confirmed {
    /// Whether it is so.
    ok: bool,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Color {
    /// A colour.
    color: String,
}

/// Ask the user.
#[tool]
async fn test_input_required_result_elicitation(ctx: Context) -> Result<String, ToolError> {
    let Name { name } = ctx.ask("user_name", "What is your name?").await?;
    Ok(format!("Hello, {name}!"))
}

/// Ask the client's model.
#[tool]
async fn test_input_required_result_sampling(ctx: Context) -> Result<String, ToolError> {
    let capital = ctx
        .sample("capital_question", "What is the capital of France?", 100)
        .await?;
    Ok(capital.text().unwrap_or_default().to_owned())
}

/// Ask for the folders the client works in.
#[tool]
async fn test_input_required_result_list_roots(ctx: Context) -> Result<String, ToolError> {
    let roots = ctx.roots("client_roots").await?;
    let roots = roots.iter().map(|root| root.uri.as_str());
    Ok(roots.collect::<Vec<_>>().join("\n"))
}

/// Know what the earlier round knew: the state travels with the client, sealed.
#[tool]
async fn test_input_required_result_request_state(ctx: Context) -> Result<String, ToolError> {
    let known = ctx
        .once("known", async { Ok("state-ok".to_owned()) })
        .await?;
    let Confirmed { ok } = ctx.ask("confirm", "Is that so?").await?;
    Ok(format!("{known}: {ok}"))
}

/// Ask three things at once.
#[tool]
async fn test_input_required_result_multiple_inputs(ctx: Context) -> Result<String, ToolError> {
    let (name, greeting, roots) = tokio::join!(
        ctx.ask::<Name>("user_name", "What is your name?"),
        ctx.sample("greeting", "Write a greeting.", 100),
        ctx.roots("client_roots"),
    );
    let (name, greeting, roots) = (name?.name, greeting?, roots?);
    let greeting = greeting.text().unwrap_or_default();
    Ok(format!("{greeting} {name} has {} roots", roots.len()))
}

/// Ask one thing after the other.
#[tool]
async fn test_input_required_result_multi_round(ctx: Context) -> Result<String, ToolError> {
    let Name { name } = ctx.ask("step1", "What is your name?").await?;
    let Color { color } = ctx.ask("step2", "What is your favorite color?").await?;
    Ok(format!("{name} likes {color}"))
}

/// Refuse a state that somebody has changed: nothing is written for it.
#[tool]
async fn test_input_required_result_tampered_state(ctx: Context) -> Result<String, ToolError> {
    let Confirmed { ok } = ctx.ask("confirm", "Is that so?").await?;
    Ok(format!("confirmed: {ok}"))
}

/// Ask only for what the client says it can do.
#[tool]
async fn test_input_required_result_capabilities(ctx: Context) -> Result<String, ToolError> {
    if ctx.can(Capability::Elicitation) {
        let Name { name } = ctx.ask("user_name", "What is your name?").await?;
        return Ok(name);
    }
    let answer = ctx.sample("answer", "What is your name?", 100).await?;
    Ok(answer.text().unwrap_or_default().to_owned())
}
