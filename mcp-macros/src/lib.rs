//! The attribute macros of `mcp-runtime`, which re-exports them; use them through that crate.
//!
//! Each attribute is read in three steps: its options (what was written), its model (what makes sense), its expansion
//! (tokens; this step cannot fail). The function comes back token for token, also when the attribute is wrong, so that an
//! editor goes on working and nothing else fails to compile.

mod diagnostics;
mod docs;
mod entry;
mod ide;
mod lint;
mod list;
mod parameter;
mod policy;
#[cfg(test)]
mod reference;
mod source;
mod tool;
mod twin;

use proc_macro::TokenStream;

/// Makes an `async fn` a tool.
///
/// The documentation is the description that a model chooses by; the parameters are the arguments, each with its own
/// documentation, `#[arg(..)]` and `#[validate(..)]`; policies are words in the brackets. The function stays a function, to be
/// called in tests as any other.
///
/// ```ignore
/// /// Convert an amount between currencies.
/// #[tool(read_only, auth = "fx:read", rate = "10/s", cache = "60s")]
/// pub async fn convert(
///     /// Amount in the source currency.
///     #[validate(range(min = 0.0))]
///     amount: f64,
///     /// ISO 4217 code to convert from.
///     #[validate(length(equal = 3))]
///     from: &str,
///     /// ISO 4217 code to convert to.
///     #[arg(default = "EUR")]
///     to: &str,
///     rates: State<Rates>,
/// ) -> Result<Json<Conversion>, ToolError> {
///     // ..
/// }
/// ```
///
/// Every option, with its grammar and its default, is in the
/// [reference of attributes](https://github.com/mcp-runtime/mcp-runtime/blob/main/docs/reference/attributes.md).
#[proc_macro_attribute]
pub fn tool(attribute: TokenStream, item: TokenStream) -> TokenStream {
    tool::expand(attribute.into(), item.into()).into()
}

/// Lists tools for a server to mount: `pub const TOOLS: Toolset = tools![add, other::plus];`
///
/// Elements can have `#[cfg(..)]`. Two tools of one name do not compile.
#[proc_macro]
pub fn tools(list: TokenStream) -> TokenStream {
    list::tools(list.into()).into()
}
