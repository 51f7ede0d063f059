//! Questions to the client, its user and its model. Written once; in either revision of the protocol they are asked in its own way.

use mcp_runtime::prelude::*;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

pub const TOOLS: Toolset = tools![
    test_sampling,
    test_elicitation,
    test_elicitation_sep1034_defaults,
    test_elicitation_sep1330_enums,
    test_missing_capability,
    test_streaming_elicitation,
];

/// Ask the client's model.
#[tool]
async fn test_sampling(
    /// What to ask.
    prompt: String,
    ctx: Context,
) -> Result<String, ToolError> {
    let answer = ctx.sample("answer", prompt, 100).await?;
    Ok(format!(
        "LLM response: {}",
        answer.text().unwrap_or_default()
    ))
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Contact {
    /// User's response.
    username: String,
    /// User's email address.
    email: String,
}

/// Ask the user to fill in a form.
#[tool]
async fn test_elicitation(
    /// What the form says.
    message: String,
    ctx: Context,
) -> Result<String, ToolError> {
    let contact: Contact = ctx.ask("contact", message).await?;
    Ok(format!(
        "User response: {} <{}>",
        contact.username, contact.email
    ))
}

/// Ask the user to fill in a form that is filled in already.
#[tool]
async fn test_elicitation_sep1034_defaults(ctx: Context) -> Result<String, ToolError> {
    let form = json!({
        "type": "object",
        "properties": {
            "name": {"type": "string", "default": "John Doe"},
            "age": {"type": "integer", "default": 30},
            "score": {"type": "number", "default": 95.5},
            "status": {
                "type": "string",
                "enum": ["active", "inactive", "pending"],
                "default": "active"
            },
            "verified": {"type": "boolean", "default": true}
        }
    });
    filled_in(&ctx, form).await
}

/// Ask the user to choose, in each of the ways there are.
#[tool]
async fn test_elicitation_sep1330_enums(ctx: Context) -> Result<String, ToolError> {
    let titled = |value: &str, title: &str| json!({"const": value, "title": title});
    let form = json!({
        "type": "object",
        "properties": {
            "untitledSingle": {"type": "string", "enum": ["option1", "option2", "option3"]},
            "titledSingle": {
                "type": "string",
                "oneOf": [titled("value1", "First Option"), titled("value2", "Second Option")]
            },
            "legacyEnum": {
                "type": "string",
                "enum": ["opt1", "opt2"],
                "enumNames": ["Option One", "Option Two"]
            },
            "untitledMulti": {
                "type": "array",
                "items": {"type": "string", "enum": ["option1", "option2", "option3"]}
            },
            "titledMulti": {
                "type": "array",
                "items": {"anyOf": [titled("value1", "First Choice"), titled("value2", "Second Choice")]}
            }
        }
    });
    filled_in(&ctx, form).await
}

async fn filled_in(ctx: &Context, form: Value) -> Result<String, ToolError> {
    let content = ctx
        .ask_with_schema("form", "Please fill in the form", form)
        .await?;
    Ok(format!("Elicitation completed: {content}"))
}

/// Ask a model that not every client has.
#[tool]
async fn test_missing_capability(ctx: Context) -> Result<String, ToolError> {
    let answer = ctx.sample("answer", "What is the answer?", 100).await?;
    Ok(answer.text().unwrap_or_default().to_owned())
}

/// Ask in a call whose answer is a stream.
#[tool]
async fn test_streaming_elicitation(ctx: Context) -> Result<String, ToolError> {
    ctx.progress(0.0, 1.0).await;
    let contact: Contact = ctx.ask("contact", "Who are you?").await?;
    Ok(contact.username)
}
