//! What a user can start a conversation with.

use mcp_runtime::prelude::*;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::tools::PNG;

pub const PROMPTS: Toolset = prompts![
    test_simple_prompt,
    test_prompt_with_arguments,
    test_prompt_with_embedded_resource,
    test_prompt_with_image,
    test_input_required_result_prompt,
];

/// A prompt of one message.
#[prompt]
async fn test_simple_prompt() -> &'static str {
    "This is a simple prompt for testing."
}

/// What the first argument may be.
fn proposals(typed: &str) -> Vec<&'static str> {
    let known = ["paris", "park", "party"].into_iter();
    known.filter(|value| value.starts_with(typed)).collect()
}

/// A prompt with arguments, one of them with completion.
#[prompt]
async fn test_prompt_with_arguments(
    /// The first one.
    #[complete(proposals)]
    arg1: String,
    /// The second one.
    arg2: String,
) -> String {
    format!("Prompt with arguments: arg1='{arg1}', arg2='{arg2}'")
}

/// A prompt that carries a resource.
#[prompt]
async fn test_prompt_with_embedded_resource(
    /// The resource's address.
    #[arg(name = "resourceUri")]
    resource_uri: String,
) -> Vec<Message> {
    let resource = Embedded::text(resource_uri, "Embedded resource content for testing.");
    vec![
        Message::user(resource.mime("text/plain")),
        Message::user("Please process the embedded resource above."),
    ]
}

/// A prompt that carries a picture.
#[prompt]
async fn test_prompt_with_image() -> Vec<Message> {
    vec![
        Message::user(Image::png(PNG)),
        Message::user("Please analyze the image above."),
    ]
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Topic {
    /// What it is about.
    context: String,
}

/// A prompt that asks first.
#[prompt]
async fn test_input_required_result_prompt(ctx: Context) -> Result<String, ToolError> {
    let Topic { context } = ctx.ask("user_context", "What is it about?").await?;
    Ok(format!("Let us talk about {context}."))
}
