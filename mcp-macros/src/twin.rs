//! The enum beside the function: it has the function's name in the namespace of types, so that one `use` brings both.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, Meta, Token, Visibility};

use crate::source::Function;

/// Where the twin stands and when it is there at all.
pub(crate) struct Twin {
    conditions: Vec<Attribute>,
    vis: Visibility,
    ident: Ident,
}

/// Types whose names a twin would hide from its whole module.
const PRIMITIVES: &[&str] = &[
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8", "u16",
    "u32", "u64", "u128", "usize",
];

impl Twin {
    /// The twin of a function, unless it would do harm.
    pub(crate) fn beside(function: &Function) -> Option<Self> {
        let ident = function.sig.ident.clone();
        (!Self::hides_a_type(&ident)).then(|| Self {
            conditions: conditions(&function.attrs),
            vis: function.vis.clone(),
            ident,
        })
    }

    /// Whether a twin of this name would hide a type that everybody uses.
    pub(crate) fn hides_a_type(name: &Ident) -> bool {
        PRIMITIVES.iter().any(|primitive| name == primitive)
    }

    /// The enum, and its `Tool` (or another trait) with this definition.
    ///
    /// `definition` may name the private module of the runtime as `__mcp`.
    pub(crate) fn implementing(
        &self,
        runtime: &impl ToTokens,
        role: Role,
        definition: &TokenStream,
    ) -> TokenStream {
        let Self {
            conditions,
            vis,
            ident,
        } = self;
        let (name, data) = (role.name(), role.data());
        quote! {
            #(#conditions)*
            #[doc(hidden)]
            #[allow(non_camel_case_types, unreachable_pub)]
            #vis enum #ident {}
            #(#conditions)*
            #[allow(deprecated, unused_braces, unused_parens)]
            const _: () = {
                use #runtime::__private as __mcp;
                #[automatically_derived]
                impl __mcp::#name for #ident {
                    const WRITTEN: __mcp::#data = #definition;
                }
            };
        }
    }
}

/// What a function becomes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Role {
    #[default]
    Tool,
    Resource,
    Prompt,
}

impl Role {
    /// The attribute, and what people call what it makes.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Resource => "resource",
            Self::Prompt => "prompt",
        }
    }

    /// The private function that takes what the function returns.
    pub(crate) fn answer(self) -> TokenStream {
        match self {
            Self::Tool => quote!(answer),
            Self::Resource => quote!(contents),
            Self::Prompt => quote!(messages),
        }
    }

    /// The trait.
    pub(crate) fn name(self) -> TokenStream {
        match self {
            Self::Tool => quote!(Tool),
            Self::Resource => quote!(Resource),
            Self::Prompt => quote!(Prompt),
        }
    }

    /// The function that makes a list.
    pub(crate) fn list(self) -> TokenStream {
        match self {
            Self::Tool => quote!(new),
            Self::Resource => quote!(of_resources),
            Self::Prompt => quote!(of_prompts),
        }
    }

    /// The type of the definition.
    pub(crate) fn data(self) -> TokenStream {
        match self {
            Self::Tool => quote!(ToolDef),
            Self::Resource => quote!(ResourceDef),
            Self::Prompt => quote!(PromptDef),
        }
    }
}

/// What decides, among these attributes, whether an item is there.
pub(crate) fn conditions(attrs: &[Attribute]) -> Vec<Attribute> {
    attrs.iter().filter_map(condition).collect()
}

/// `cfg`, alone or inside `cfg_attr`: the twin is there when the function is.
fn condition(attr: &Attribute) -> Option<Attribute> {
    if attr.path().is_ident("cfg") {
        return Some(attr.clone());
    }
    if !attr.path().is_ident("cfg_attr") {
        return None;
    }
    let metas = attr
        .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
        .ok()?;
    let (when, inner) = (metas.first()?, metas.iter().skip(1));
    let cfgs: Vec<_> = inner.filter(|meta| meta.path().is_ident("cfg")).collect();
    (!cfgs.is_empty()).then(|| syn::parse_quote!(#[cfg_attr(#when, #(#cfgs),*)]))
}
