//! What a tool can answer with, say while it runs, and take.

use std::borrow::Cow;
use std::time::Duration;

use mcp_runtime::LogLevel;
use mcp_runtime::prelude::*;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use validator::Validate;

pub const TOOLS: Toolset = tools![
    test_simple_text,
    test_image_content,
    test_audio_content,
    test_embedded_resource,
    test_multiple_content_types,
    test_error_handling,
    test_tool_with_progress,
    test_tool_with_logging,
    test_logging_tool,
    test_custom_header,
    json_schema_2020_12_tool,
    test_reconnection,
    test_trigger_tool_change,
    test_trigger_prompt_change,
];

/// A picture of one pixel.
pub const PNG: &[u8] = include_bytes!("pixel.png");

/// Half a millisecond of silence.
const WAV: &[u8] = include_bytes!("silence.wav");

/// How long the tools that do something do it.
const STEP: Duration = Duration::from_millis(50);

/// Answer with a text.
#[tool(read_only)]
async fn test_simple_text() -> &'static str {
    "This is a simple text response for testing."
}

/// Answer with a picture.
#[tool(read_only)]
async fn test_image_content() -> Image {
    Image::png(PNG)
}

/// Answer with a sound.
#[tool(read_only)]
async fn test_audio_content() -> Audio {
    Audio::wav(WAV)
}

/// Answer with a resource in place.
#[tool(read_only)]
async fn test_embedded_resource() -> Embedded {
    Embedded::text(
        "test://embedded-resource",
        "This is an embedded resource content.",
    )
    .mime("text/plain")
}

/// Answer with several kinds of content.
#[tool(read_only)]
async fn test_multiple_content_types() -> (&'static str, Image, Embedded) {
    let resource = Embedded::text(
        "test://mixed-content-resource",
        r#"{"test":"data","value":123}"#,
    );
    (
        "Multiple content types test:",
        Image::png(PNG),
        resource.mime("application/json"),
    )
}

/// Fail, as tools do.
#[tool(read_only)]
async fn test_error_handling() -> Result<(), ToolError> {
    Err(ToolError::failed(
        "This tool intentionally returns an error for testing",
    ))
}

/// Say how far the work is.
#[tool(read_only)]
async fn test_tool_with_progress(ctx: Context) -> &'static str {
    for done in [0.0, 50.0, 100.0] {
        ctx.progress(done, 100.0).await;
        tokio::time::sleep(STEP).await;
    }
    "progress: done"
}

/// Write to the client's log.
#[tool(read_only)]
async fn test_tool_with_logging(ctx: Context) -> &'static str {
    for said in [
        "Tool execution started",
        "Tool processing data",
        "Tool execution completed",
    ] {
        ctx.log(LogLevel::Info, said).await;
        tokio::time::sleep(STEP).await;
    }
    "logged three times"
}

/// Write to the log of a client that wants to read it.
#[tool(read_only)]
async fn test_logging_tool(ctx: Context) -> &'static str {
    ctx.log(LogLevel::Info, "for whoever asked").await;
    "logged"
}

/// Let the client's connection go, and answer when it is back.
#[tool(read_only)]
async fn test_reconnection(ctx: Context) -> &'static str {
    ctx.release();
    tokio::time::sleep(2 * STEP).await;
    "answered after the connection was let go"
}

/// Take a tool away and bring it back: clients that listen are told.
#[tool]
async fn test_trigger_tool_change(ctx: Context) -> Result<&'static str, ToolError> {
    let tools = ctx.tools();
    tools.disable("test_logging_tool")?;
    tools.enable("test_logging_tool")?;
    Ok("the list of tools has changed twice")
}

/// Take a prompt away and bring it back: clients that listen are told.
#[tool]
async fn test_trigger_prompt_change(ctx: Context) -> Result<&'static str, ToolError> {
    let prompts = ctx.prompts();
    prompts.disable("test_simple_prompt")?;
    prompts.enable("test_simple_prompt")?;
    Ok("the list of prompts has changed twice")
}

/// Take an argument that a proxy can read too.
#[tool(read_only)]
async fn test_custom_header(
    /// What the header `Mcp-Param-Value` says as well.
    #[arg(header = "Value")]
    value: String,
) -> String {
    format!("the value is {value}")
}

/// Take arguments whose schema is written by hand.
#[tool(read_only)]
async fn json_schema_2020_12_tool(arguments: Args<Person>) -> String {
    format!("{} is known", arguments.name)
}

/// A person, in words that no derive would find.
#[derive(Debug, Deserialize, Validate)]
struct Person {
    name: String,
}

impl JsonSchema for Person {
    fn schema_name() -> Cow<'static, str> {
        "Person".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "$defs": {
                "address": {
                    "$anchor": "addressDef",
                    "type": "object",
                    "properties": {
                        "street": {"type": "string"},
                        "city": {"type": "string"}
                    }
                }
            },
            "properties": {
                "name": {"type": "string"},
                "address": {"$ref": "#/$defs/address"},
                "contactMethod": {"type": "string", "enum": ["phone", "email"]},
                "phone": {"type": "string"},
                "email": {"type": "string"}
            },
            "required": ["name"],
            "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
            "if": {
                "properties": {"contactMethod": {"const": "phone"}},
                "required": ["contactMethod"]
            },
            "then": {"required": ["phone"]},
            "else": {"required": ["email"]},
            "additionalProperties": false
        })
    }
}
