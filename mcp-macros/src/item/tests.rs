//! Expansions, short enough to read.

use proc_macro2::TokenStream;
use quote::quote;

use crate::function::expand;
use crate::twin::Role;

/// Holds an expansion to `snapshots/NAME.snap`.
fn snapshot(name: &str, tokens: TokenStream) {
    let file = syn::parse2(tokens).expect("the expansion is items");
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!(name, prettyplease::unparse(&file)));
}

#[test]
fn a_template() {
    let expanded = expand(
        Role::Resource,
        quote!(
            "crm://customers/{id}",
            mime = "application/json",
            audience = ["user"],
            priority = 0.5,
            list = customers,
            auth = "crm:read",
            cache = "30s"
        ),
        quote! {
            /// A customer's record.
            pub async fn customer(
                /// Customer id.
                #[complete(ids)]
                id: u64,
                db: State<Db>,
                tenant: Tenant,
            ) -> Result<Json<Customer>, ToolError> {
                db.customer(id).await
            }
        },
    );
    snapshot("template", expanded);
}

#[test]
fn a_prompt() {
    let expanded = expand(
        Role::Prompt,
        quote!(rate = LIMITS.review),
        quote! {
            /// Ask for a code review.
            async fn review(
                /// The code.
                code: &str,
                #[complete(areas)] focus: Option<String>,
            ) -> Vec<Message> {
                vec![]
            }
        },
    );
    snapshot("prompt", expanded);
}

#[test]
fn what_is_wrong_leaves_a_stand_in() {
    let expanded = expand(
        Role::Resource,
        quote!("customers/{id}"),
        quote! {
            /// A customer's record.
            async fn customer(id: u64) -> String {
                String::new()
            }
        },
    );
    snapshot("broken", expanded);
}

#[test]
fn a_list_of_resources() {
    let list = crate::list::of(Role::Resource, quote!(customer));
    snapshot("list", quote!(const RESOURCES: Toolset = #list;));
}
