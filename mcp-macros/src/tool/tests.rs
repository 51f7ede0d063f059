//! Expansions, short enough to read, and what every expansion keeps.

use proc_macro2::TokenStream;
use quote::quote;

use crate::function;
use crate::twin::Role;

fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    function::expand(Role::Tool, attribute, item)
}

/// Holds an expansion to `snapshots/NAME.snap`.
pub(crate) fn snapshot(name: &str, tokens: TokenStream) {
    let file = syn::parse2(tokens).expect("the expansion is items");
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!(name, prettyplease::unparse(&file)));
}

#[test]
fn two_arguments_and_policies() {
    let expanded = expand(
        quote!(
            read_only,
            auth = "math:read",
            rate = ["5/s per caller", "100/s per global"]
        ),
        quote! {
            /// Add two numbers.
            pub async fn add(
                /// First addend.
                a: i64,
                /// Second addend.
                #[validate(range(min = -10, max = 10))]
                #[arg(default = 1)]
                b: i64,
            ) -> Result<i64, ToolError> {
                Ok(a + b)
            }
        },
    );
    snapshot("two_arguments_and_policies", expanded);
}

#[test]
fn lent_and_given() {
    let expanded = expand(
        TokenStream::new(),
        quote! {
            #[cfg(feature = "search")]
            /// Search.
            async fn search<'a>(
                #[arg(name = "q", default = "all", header = "Query")]
                #[validate(length(max = 80, message = "too long"))]
                query: &'a str,
                #[arg(secret, example = "x")] token: Option<String>,
                State(db): State<Db>,
            ) {
            }
        },
    );
    snapshot("lent_and_given", expanded);
}

#[test]
fn every_annotation() {
    let expanded = expand(
        quote!(
            name = "now",
            title = "Now",
            description = include_str!("now.md"),
            destructive,
            idempotent,
            open_world = false,
            tags = ["time"],
            icons = ["https://example.com/now.png"],
            meta("com.example/team" = "time \"one\"", level = 1.),
            open,
            visible = "always",
            allow(printed, "a test"),
            blocking,
            confirm = "Now?",
            confirm_ttl = "1m",
            timeout = LIMITS.short,
        ),
        quote!(
            fn now() {}
        ),
    );
    snapshot("every_annotation", expanded);
}

#[test]
fn a_broken_attribute_leaves_the_function_and_a_twin() {
    let expanded = expand(
        quote!(raet = "10/s"),
        quote! {
            /// Add two numbers.
            async fn add(a: i64) -> i64 {
                a
            }
        },
    );
    snapshot("broken_attribute", expanded);
}

#[test]
fn a_lint_warns_at_the_call() {
    let expanded = expand(
        TokenStream::new(),
        quote! {
            /// Wait.
            async fn wait() {
                std::thread::sleep(ONE);
            }
        },
    );
    snapshot("lint", expanded);
}

#[test]
fn a_list() {
    let list = crate::list::of(
        Role::Tool,
        quote!(
            add,
            #[cfg(unix)]
            other::plus
        ),
    );
    snapshot("list", quote!(const TOOLS: Toolset = #list;));
}

/// The body is never read, so it may be anything, half-typed too.
#[test]
fn the_function_comes_back_token_for_token() {
    let function = quote! {
        /// Do it.
        #[inline]
        pub(crate) async fn act<'a>(mut a: i64, State(db): State<Db>, text: &'a str) -> Result<(), E>
        where
            'a: 'a,
        {
            #![allow(unused)]
            let x = a . ; match { } fn
        }
    };
    for attribute in [quote!(read_only), quote!(raet = 3, open(,), "x")] {
        let expanded = expand(attribute, function.clone()).to_string();
        assert!(expanded.contains(&function.to_string()), "{expanded}");
    }
}

#[test]
fn only_our_attributes_leave_the_parameters() {
    let expanded = expand(
        TokenStream::new(),
        quote! {
            /// Do it.
            async fn act(/** one */ #[arg(default = 1)] #[allow(unused)] #[validate(range(min = 1))] a: i64) {}
        },
    );
    let function = quote!(
        async fn act(#[allow(unused)] a: i64) {}
    );
    assert!(
        expanded.to_string().contains(&function.to_string()),
        "{expanded}"
    );
}

/// What a model reads as the description.
fn description_of(item: TokenStream) -> String {
    let function: syn::ItemFn = syn::parse2(item).expect("a function");
    let description = crate::docs::description(&function.attrs);
    let text: syn::LitStr = syn::parse_quote!(#description);
    text.value()
}

#[test]
fn a_description_has_no_indentation_and_nothing_for_rust_callers() {
    let description = description_of(quote! {
        /// Add two numbers.
        ///
        ///   * one
        ///     and more
        ///
        /// # Errors
        ///
        /// Never.
        fn add() {}
    });
    assert_eq!(description, "Add two numbers.\n\n  * one\n    and more");
}

fn errors_of(attribute: TokenStream, item: TokenStream) -> usize {
    let expanded = expand(attribute, item).to_string();
    expanded.matches("compile_error").count()
}

#[test]
fn all_errors_are_reported_together() {
    let found = errors_of(
        quote!(raet = "10/s", cache = "60", name = "my tool", read_only = 1),
        quote!(
            fn add<T>(a: &mut i64, b: impl Into<T>, (c, d): (i64, i64)) -> impl Sized {}
        ),
    );
    assert_eq!(found, 11);
}

#[test]
fn braces_in_a_description_name_arguments_unless_they_are_code() {
    let tool = |docs: &str| {
        let found = errors_of(
            quote!(description = #docs),
            quote!(
                async fn greet(name: &str) {}
            ),
        );
        found == 0
    };
    assert!(tool("Greets {name}."));
    assert!(tool("Returns `{greeting}`, and {\"json\": 1} and { }."));
    assert!(!tool("Greets {nam}."));
}

#[test]
fn braces_in_a_code_block_are_code() {
    let item = quote! {
        /// Greet {name}.
        /// ```text
        /// {greeting}
        /// ```
        async fn greet(name: &str) {}
    };
    assert_eq!(errors_of(TokenStream::new(), item), 0);
}

#[test]
fn policies_may_name_the_fields_of_one_struct() {
    let found = errors_of(
        quote!(rate = "1/s per arg.town", confirm = "Really {town}?"),
        quote!(
            /// Go.
            async fn go(args: Args<Place>) {}
        ),
    );
    assert_eq!(found, 0);
}
