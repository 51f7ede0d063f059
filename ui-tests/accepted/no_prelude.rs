//! A module without any prelude.

#![no_implicit_prelude]

use ::mcp_runtime::{
    Context, Json, Link, Message, State, Toolset, prompt, prompts, resource, resources, tool, tools,
};
use ::std::option::Option;
use ::std::result::Result;
use ::std::string::String;
use ::std::vec::Vec;

/// Use every kind of parameter and rule.
///
/// # Errors
/// Never.
#[tool(read_only, auth = "a", rate = ["1/s", "2/s"], cache = "60s", timeout = "1s", retry = "2", breaker = "5 fails open 30s")]
pub async fn everything(
    /// A number.
    #[arg(default = 1, example = 2)]
    #[validate(range(min = 0, exclusive_max = 10))]
    number: i64,
    #[arg(default = "a@b.org", header = "Text")]
    #[validate(length(min = 1, max = 9), email, contains = "@")]
    text: &str,
    #[arg(secret)] secret: Option<String>,
    state: State<u32>,
    _context: Context,
) -> Result<Json<u32>, ::mcp_runtime::ToolError> {
    let _ = (number, text, secret);
    Result::Ok(Json(*state))
}

/// Take nothing.
#[tool(blocking)]
pub fn nothing() {}

async fn numbers(_state: State<u32>) -> Vec<Link> {
    Vec::new()
}

fn proposed(_typed: &str) -> Vec<String> {
    Vec::new()
}

/// Read a number.
#[resource("number://{number}", list = numbers, cache = "60s")]
pub async fn number(#[complete(proposed)] number: i64, _state: State<u32>) -> Json<i64> {
    Json(number)
}

/// Speak of a number.
#[prompt]
pub async fn speak(#[complete(proposed)] number: Option<i64>) -> Message {
    let _ = number;
    Message::user("one")
}

/// All of it.
pub const TOOLS: Toolset = tools![everything, nothing]
    .with(resources![number])
    .with(prompts![speak]);
