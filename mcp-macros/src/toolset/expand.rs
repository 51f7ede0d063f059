//! A toolset as tokens. Nothing can fail here.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Attribute, Ident, Path, Type};

use super::body::{Body, Container};
use super::options::Options;
use crate::diagnostics::Errors;
use crate::function::Part;
use crate::list::{self, Element};
use crate::twin::Role;

/// Some of what stands between the braces, made ready.
pub(super) enum Item {
    Other(TokenStream),
    Made(Box<Part>),
}

/// A toolset that is read.
pub(super) struct Set<'a> {
    pub(super) runtime: &'a TokenStream,
    pub(super) options: &'a Options,
    pub(super) body: &'a Body,
    /// The ways in which the attributes are written.
    pub(super) paths: &'a [Path],
    pub(super) errors: &'a Errors,
}

impl Set<'_> {
    /// `completions` come first: an editor follows the first token that stands at its cursor.
    pub(super) fn expand(&self, completions: TokenStream, items: Vec<Item>) -> TokenStream {
        match &self.body.container {
            Container::Module => self.module(&completions, items),
            Container::Methods(ty) => self.methods(completions, ty.as_deref(), items),
        }
    }

    /// The functions with their twins, and at the module's end their list.
    fn module(&self, completions: &TokenStream, items: Vec<Item>) -> TokenStream {
        let Self {
            runtime, errors, ..
        } = self;
        let mut content = TokenStream::new();
        let mut elements =
            [Role::Tool, Role::Resource, Role::Prompt].map(|role| (role, Vec::new()));
        let mut add = |role, function: &Ident, conditions: Vec<Attribute>| {
            let mut lists = elements.iter_mut();
            if let Some((_, list)) = lists.find(|(of, _)| *of == role) {
                list.push(Element {
                    attrs: conditions,
                    path: function.clone().into(),
                });
            }
        };
        for item in items {
            match item {
                Item::Other(tokens) => content.extend(tokens),
                Item::Made(part) => {
                    if let Some(made) = &part.made {
                        add(made.role, &made.function, made.conditions.clone());
                    }
                    content.extend(part.into_items());
                }
            }
        }
        let used = self.used();
        let lists = elements.iter().filter(|(_, elements)| !elements.is_empty());
        let mut lists = lists.map(|(role, elements)| list::expand(*role, runtime, elements));
        let first = lists
            .next()
            .unwrap_or_else(|| list::expand(Role::Tool, runtime, &[]));
        let (others, calls) = (lists, self.calls());
        // At the keyword, so that the compiler says there that nobody mounts it. Of what a macro has written it would say nothing.
        let keyword = self.body.keyword;
        let tools = Ident::new("TOOLS", keyword);
        let ty = quote!(#runtime::Toolset);
        let value = quote! {
            use #runtime::__private as __mcp;
            ({ #first }) #(.with({ #others }))* #calls
        };
        let constant = quote_spanned!(keyword=> pub const #tools: #ty = { #value };);
        content.extend(quote! {
            #used
            /// The tools of this module, with what it says for all of them.
            #[allow(unreachable_pub)]
            #constant
        });
        let (head, content) = (&self.body.head, self.body.around(content));
        quote!(#completions #errors #head #content)
    }

    /// The methods, and beside them one definition for each that is made something.
    fn methods(
        &self,
        mut completions: TokenStream,
        ty: Option<&Type>,
        items: Vec<Item>,
    ) -> TokenStream {
        let Self {
            runtime,
            body,
            errors,
            ..
        } = self;
        let mut content = TokenStream::new();
        let mut beside = self.used();
        let mut definitions =
            [Role::Tool, Role::Resource, Role::Prompt].map(|role| (role, Vec::new()));
        let mut unique = TokenStream::new();
        for item in items {
            let part = match item {
                Item::Other(tokens) => {
                    content.extend(tokens);
                    continue;
                }
                Item::Made(part) => *part,
            };
            completions.extend(part.completions);
            let (found, warnings) = (part.errors, part.warnings);
            beside.extend(quote!(#found #(#warnings)*));
            content.extend(part.item);
            let Some(made) = part.made else { continue };
            let (conditions, definition, name) = (&made.conditions, &made.definition, &made.name);
            let mut lists = definitions.iter_mut();
            if let Some((_, list)) = lists.find(|(role, _)| *role == made.role) {
                list.push(quote!(#(#conditions)* &#definition));
            }
            if !conditions.is_empty() {
                let (function, list) = (unique_name(made.role), list_of(made.role));
                let arguments = quote!(<#ty as __mcp::ToolMethods>::#list, #name);
                let named = list::call_at(made.name_span, &function, &arguments);
                unique.extend(quote!(#(#conditions)* const _: () = #named;));
            }
        }
        let (head, content) = (&body.head, body.around(content));
        let (conditions, calls) = (&body.conditions, self.calls());
        let list = ty.map(|ty| {
            let definition = list::brackets(ty.span(), quote!(<#ty as __mcp::ToolMethods>::DEFS));
            let others = definitions.iter().skip(1);
            let others: Vec<_> = others.filter(|(_, list)| !list.is_empty()).collect();
            let lists = definitions.iter().take(1).chain(others.iter().copied());
            let lists = lists.map(|(role, definitions)| {
                let (name, data) = (list_of(*role), role.data());
                quote!(const #name: &'static [&'static __mcp::#data] = &[#(#definitions),*];)
            });
            let others = others.iter().map(|(role, _)| {
                let (of, name) = (role.list(), list_of(*role));
                quote!(.with(__mcp::Toolset::#of(<#ty as __mcp::ToolMethods>::#name)))
            });
            quote! {
                #(#conditions)*
                #[allow(deprecated, unused_braces, unused_parens)]
                const _: () = {
                    use #runtime::__private as __mcp;
                    #[automatically_derived]
                    impl __mcp::ToolMethods for #ty {
                        #(#lists)*
                        const TOOLS: __mcp::Toolset = __mcp::Toolset::new #definition #(#others)* #calls;
                    }
                    #unique
                };
            }
        });
        quote!(#completions #errors #beside #head #content #list)
    }

    /// The attributes that are taken off, named once more: the import of one is used, and an editor finds what it is.
    fn used(&self) -> TokenStream {
        let uses = self
            .paths
            .iter()
            .map(|path| quote_spanned!(path.span()=> use #path as _;));
        quote! {
            #[allow(unused_imports)]
            const _: () = { #(#uses)* };
        }
    }

    /// Builder calls for what the toolset says. Where that is wrong somewhere, it is reported already, and would be a second time.
    fn calls(&self) -> TokenStream {
        if !self.errors.is_empty() {
            return TokenStream::new();
        }
        let prefix = self.options.prefix.iter();
        let tags = self.options.tags.as_slice();
        let tags = (!tags.is_empty()).then(|| quote!(.tags(&[#(#tags),*])));
        let policies = self.options.policies.calls();
        quote!(#(.prefix(#prefix))* #tags #policies)
    }
}

/// The constant that has the definitions of one kind.
fn list_of(role: Role) -> TokenStream {
    match role {
        Role::Tool => quote!(DEFS),
        Role::Resource => quote!(RESOURCES),
        Role::Prompt => quote!(PROMPTS),
    }
}

/// The function that refuses, when the program is compiled, what two of one kind are known as.
fn unique_name(role: Role) -> TokenStream {
    match role {
        Role::Tool => quote!(unique_name),
        Role::Resource => quote!(unique_address),
        Role::Prompt => quote!(unique_prompt_name),
    }
}
