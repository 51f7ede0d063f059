//! A module whose own items have the names that generated code could have meant.

#![allow(
    non_camel_case_types,
    dead_code,
    non_snake_case,
    clippy::trivially_copy_pass_by_ref
)]

struct Option;
struct Some;
struct None;
struct Ok;
struct Err;
struct Result;
struct Box;
struct String;
struct Vec;
struct Tool;
struct ToolDef;
struct Into;
struct ToOwned;
struct Send;
struct __private;
mod std {}
mod core {}
mod alloc {}
mod mcp_runtime {}
mod mcp {}
fn __arg0() -> i64 {
    0
}
fn __mcp_params() -> i64 {
    7
}

fn fine(number: &i64) -> ::std::result::Result<(), ::validator::ValidationError> {
    match number {
        0 => ::std::result::Result::Err(::validator::ValidationError::new("zero")),
        _ => ::std::result::Result::Ok(()),
    }
}

/// Use the options that expand to most.
#[::mcp_runtime::tool(read_only, destructive = false, rate = "1/s", cache = "60s", tags = ["a"], meta(a = "b"))]
pub async fn tool(
    /// A number.
    #[arg(default = __mcp_params(), example = 3)]
    #[validate(range(min = __arg0()), custom(function = fine))]
    number: i64,
    #[validate(length(max = 5))] text: &str,
    #[validate(must_match(other = text))] again: &str,
    maybe: ::std::option::Option<bool>,
) -> ::std::string::String {
    let _ = (number, again, maybe);
    ::std::string::ToString::to_string(text)
}

/// The tools.
pub const TOOLS: ::mcp_runtime::Toolset = ::mcp_runtime::tools![tool];
