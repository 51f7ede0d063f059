//! Expansions, short enough to read, and what every expansion keeps.

use proc_macro2::TokenStream;
use quote::quote;

use super::expand;
use crate::tool::tests::snapshot;

#[test]
fn a_module() {
    let expanded = expand(
        quote!(prefix = "math", timeout = "2s"),
        quote! {
            /// Arithmetic.
            pub mod math {
                const LIMIT: i64 = 10;
                /// Add two numbers.
                #[tool(read_only)]
                pub async fn add(a: i64, b: i64) -> i64 {
                    a + b
                }
                #[cfg(feature = "sub")]
                /// Subtract.
                #[mcp_runtime::tool]
                async fn sub(a: i64) -> i64 {
                    a - LIMIT
                }
                fn helper() {}
            }
        },
    );
    snapshot("toolset_module", expanded);
}

#[test]
fn methods() {
    let expanded = expand(
        quote!(
            prefix = "crm",
            tags = ["crm"],
            auth = "crm:read",
            rate = LIMITS.tenant
        ),
        quote! {
            impl Crm {
                pub const LIMIT: usize = 10;
                /// Merge two customers.
                #[tool(destructive, confirm = "Merge {from}?")]
                pub async fn merge(&self, from: u64, name: &str) -> Result<(), ToolError> {
                    self.helper()
                }
                /// Say what this is.
                #[tool]
                #[cfg(unix)]
                async fn about() -> &'static str {
                    "a CRM"
                }
                fn helper(&self) {}
            }
        },
    );
    snapshot("toolset_methods", expanded);
}

#[test]
fn methods_of_each_kind() {
    let expanded = expand(
        quote!(prefix = "crm"),
        quote! {
            impl Crm {
                /// A customer.
                #[resource("crm://customers/{id}", list = Self::all)]
                async fn customer(&self, #[complete(Self::ids)] id: u64) -> Option<String> {
                    self.find(id)
                }
                /// Look at a customer.
                #[cfg(unix)]
                #[prompt]
                async fn look(&self, id: u64) -> String {
                    format!("Look at {id}.")
                }
            }
        },
    );
    snapshot("toolset_of_each_kind", expanded);
}

/// The braces of a type's argument are no body.
#[test]
fn an_item_ends_with_its_body() {
    for signature in [
        quote!(async fn page() -> Page<{ MOST }>),
        quote!(async fn page(&self) -> Result<Page<{ MOST > 1 }, fn() -> Page<{ 2 }>>, ToolError>),
        quote!(async fn page() -> [u8; { MOST }]),
        quote!(async fn page() -> u8 where Page<{ MOST }>: Sized),
    ] {
        let function = quote!(#signature { self.page() });
        let expanded = expand(
            TokenStream::new(),
            quote!(impl Crm { /** A page. */ #[tool] #function fn after(&self) {} }),
        );
        // Where two `>` meet, parsing takes them apart.
        let plain = |tokens: TokenStream| tokens.to_string().replace(' ', "");
        let (function, expanded) = (plain(function), plain(expanded));
        assert!(!expanded.contains("compile_error"), "{expanded}");
        assert!(expanded.contains(&function), "{expanded}");
    }
}

/// Two resources of a toolset at one address, and two prompts of one name; a prompt and a tool may share one.
#[test]
fn each_kind_has_names_of_its_own() {
    let said = |items: TokenStream| {
        let expanded = expand(TokenStream::new(), quote!(impl Crm { #items })).to_string();
        expanded.contains("too\\nhelp")
    };
    let resource = quote!(/** A logo. */ #[resource("crm://logo")] async fn);
    let prompt = quote!(/** Look. */ #[prompt(name = "look")] async fn);
    let tool = quote!(/** Look. */ #[tool(name = "look")] async fn);
    assert!(said(quote!(#resource a() {} #resource b() {})));
    assert!(said(quote!(#prompt a() {} #prompt b() {})));
    assert!(!said(quote!(#prompt a() {} #tool b() {} #resource c() {})));
}

/// What is between the braces and no tool is never read, so it may be anything, half-typed too.
#[test]
fn everything_else_comes_back_token_for_token() {
    let others = quote! {
        #![allow(unused)]
        macro_rules! x { ($a:expr) => { #[tool] fn y() {} } }
        #[derive(Debug)] struct Half { a: }
        fn helper(&self) { match { } fn }
        #[other] const X: u8 = 3;
    };
    let tool = quote! {
        #[inline]
        async fn act(&self) { self . }
    };
    let expanded = expand(
        TokenStream::new(),
        quote!(impl Crm { #others /** Do it. */ #[tool(read_only)] #tool #others }),
    )
    .to_string();
    assert_eq!(
        expanded.matches(&others.to_string()).count(),
        2,
        "{expanded}"
    );
    assert!(expanded.contains(&tool.to_string()), "{expanded}");
}

fn errors_of(attribute: TokenStream, item: TokenStream) -> Vec<String> {
    let expanded = expand(attribute, item).to_string();
    let found = expanded.split("compile_error ! { \"").skip(1);
    found
        .map(|rest| rest.split("\" }").next().unwrap_or(rest).to_owned())
        .collect()
}

/// A tool of a toolset with these two attributes.
fn errors_between(toolset: TokenStream, tool: TokenStream) -> Vec<String> {
    errors_of(
        toolset,
        quote! {
            mod set {
                /// Act.
                #[tool(#tool)]
                async fn act(id: u32, #[arg(secret)] key: String) {}
            }
        },
    )
}

#[test]
fn a_default_that_the_tool_contradicts_is_named_with_its_place() {
    let found = errors_between(quote!(rate = "5/s per tenant"), quote!(auth = "none"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].ends_with("note: `rate` comes from `#[toolset]`"),
        "{found:?}"
    );
}

#[test]
fn a_default_is_not_held_against_a_tool_that_it_is_not_meant_for() {
    for (toolset, tool) in [
        (quote!(cache = "60s"), quote!()),
        (quote!(retry = "3"), quote!()),
        (quote!(confirm = "Really {id}?"), quote!(read_only)),
        (
            quote!(rate = "5/s per tenant"),
            quote!(rate = "1/s per ip", auth = "none"),
        ),
        (
            quote!(rate = "5/s per tenant"),
            quote!(rate = RATE, auth = "none"),
        ),
        (quote!(rate = "5/s per arg.id"), quote!()),
        (quote!(rate = "5/s per arg.nothing"), quote!(rate = "1/s")),
        (quote!(confirm = "Really?"), quote!(destructive)),
    ] {
        let found = errors_between(toolset.clone(), tool.clone());
        assert!(found.is_empty(), "{toolset} {tool}: {found:?}");
    }
}

#[test]
fn what_a_default_names_every_tool_must_have() {
    for toolset in [
        quote!(rate = "5/s per arg.nothing"),
        quote!(concurrency = "5 per arg.key"),
        quote!(confirm = "Really {nothing}?"),
    ] {
        let found = errors_between(toolset.clone(), quote!());
        assert_eq!(found.len(), 1, "{toolset}: {found:?}");
    }
}

#[test]
fn a_default_that_contradicts_itself_is_reported_once() {
    let found = errors_of(
        quote!(timeout = "1s attempt 5s"),
        quote! {
            mod set {
                /// One.
                #[tool(read_only)]
                async fn one() {}
                /// Two.
                #[tool]
                async fn two() {}
            }
        },
    );
    assert_eq!(found.len(), 1, "{found:?}");
}
