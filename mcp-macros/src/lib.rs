//! The attribute macros of `mcp-runtime`, which re-exports them; use them through that crate.
//!
//! Each attribute is read in three steps: its options (what was written), its model (what makes sense), its expansion
//! (tokens; this step cannot fail). The function comes back token for token, also when the attribute is wrong, so that an
//! editor goes on working and nothing else fails to compile.

mod diagnostics;
mod docs;
mod entry;
mod function;
mod ide;
mod item;
mod lint;
mod list;
mod parameter;
mod policy;
#[cfg(test)]
mod reference;
mod source;
mod tool;
mod toolset;
mod twin;

use proc_macro::TokenStream;

use self::twin::Role;

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
    function::expand(Role::Tool, attribute.into(), item.into()).into()
}

/// Makes an `async fn` a resource, or all the resources that one template names.
///
/// The text is the address; each `{variable}` in it is a parameter of the same name, and every other parameter comes from the server.
///
/// ```ignore
/// /// A customer's record.
/// #[resource("crm://customers/{id}", auth = "crm:read", cache = "30s", list = customers)]
/// pub async fn customer(
///     /// Customer id.
///     id: u64,
///     db: State<Db>,
/// ) -> Result<Json<Customer>, ToolError> {
///     // ..
/// }
/// ```
///
/// Every option, with its grammar and its default, is in the
/// [reference of attributes](https://github.com/mcp-runtime/mcp-runtime/blob/main/docs/reference/attributes.md).
#[proc_macro_attribute]
pub fn resource(attribute: TokenStream, item: TokenStream) -> TokenStream {
    function::expand(Role::Resource, attribute.into(), item.into()).into()
}

/// Makes an `async fn` a prompt: messages that a person starts a conversation with.
///
/// ```ignore
/// /// Ask for a code review.
/// #[prompt]
/// pub async fn review(
///     /// The code.
///     code: String,
///     /// What to look at.
///     #[complete(focus_areas)]
///     focus: Option<String>,
/// ) -> Vec<Message> {
///     // ..
/// }
/// ```
///
/// Every option, with its grammar and its default, is in the
/// [reference of attributes](https://github.com/mcp-runtime/mcp-runtime/blob/main/docs/reference/attributes.md).
#[proc_macro_attribute]
pub fn prompt(attribute: TokenStream, item: TokenStream) -> TokenStream {
    function::expand(Role::Prompt, attribute.into(), item.into()).into()
}

/// Makes the functions with `#[tool]` in an `impl` block, or in an inline module, one list with defaults of its own.
///
/// On an `impl` block the tools are methods with `&self`: a server that mounts a value of the type lends it to each call. What has no
/// `#[tool]` stays as it is, and the methods can still be called as methods.
///
/// ```ignore
/// #[toolset(prefix = "crm", auth = "crm:read", rate = "100/s per tenant")]
/// impl Crm {
///     /// Find a customer.
///     #[tool(read_only)]
///     async fn find(&self, name: &str) -> Result<Json<Customer>, ToolError> {
///         // ..
///     }
///
///     /// Merge two customers.
///     #[tool(destructive, auth = "crm:write", confirm = "Merge {from} into {into}?")]
///     async fn merge(&self, from: u64, into: u64) -> Result<(), ToolError> {
///         // ..
///     }
/// }
///
/// Server::new("crm").mount(Crm::new(db))
/// ```
///
/// On a module it adds the constant `TOOLS`, for `Server::mount(math::TOOLS)`.
///
/// Every option is in the
/// [reference of attributes](https://github.com/mcp-runtime/mcp-runtime/blob/main/docs/reference/attributes.md).
#[proc_macro_attribute]
pub fn toolset(attribute: TokenStream, item: TokenStream) -> TokenStream {
    toolset::expand(attribute.into(), item.into()).into()
}

/// Lists tools for a server to mount: `pub const TOOLS: Toolset = tools![add, other::plus];`
///
/// Elements can have `#[cfg(..)]`. Two tools of one name do not compile.
#[proc_macro]
pub fn tools(list: TokenStream) -> TokenStream {
    list::of(Role::Tool, list.into()).into()
}

/// Lists resources for a server to mount: `pub const RESOURCES: Toolset = resources![customer, other::logo];`
///
/// Elements can have `#[cfg(..)]`. Two resources of one address do not compile.
#[proc_macro]
pub fn resources(list: TokenStream) -> TokenStream {
    list::of(Role::Resource, list.into()).into()
}

/// Lists prompts for a server to mount: `pub const PROMPTS: Toolset = prompts![review];`
///
/// Elements can have `#[cfg(..)]`. Two prompts of one name do not compile.
#[proc_macro]
pub fn prompts(list: TokenStream) -> TokenStream {
    list::of(Role::Prompt, list.into()).into()
}
