//! A toolset as tokens. Nothing can fail here.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Attribute, Ident, Path, Type};

use super::body::{Body, Container, Written};
use super::options::Options;
use crate::diagnostics::Errors;
use crate::list::{self, Element};
use crate::source::Function;
use crate::tool::Part;
use crate::twin::{Role, conditions};

/// Some of what stands between the braces, made ready.
pub(super) enum Item {
    Other(TokenStream),
    Tool(Box<Part>),
    /// What its own attribute makes: a resource, a prompt.
    Made(Box<Written>),
}

/// A toolset that is read.
pub(super) struct Set<'a> {
    pub(super) runtime: &'a TokenStream,
    pub(super) options: &'a Options,
    pub(super) body: &'a Body,
    /// The ways in which `#[tool]` is written.
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
                Item::Tool(part) => {
                    if let Some(made) = &part.made {
                        add(Role::Tool, &made.function, made.conditions.clone());
                    }
                    content.extend(part.into_items());
                }
                Item::Made(written) => {
                    let Written {
                        role,
                        attribute,
                        item,
                        ..
                    } = *written;
                    // One that is no function is refused by its own attribute.
                    if let Ok(function) = syn::parse2::<Function>(item.clone()) {
                        add(role, &function.sig.ident, conditions(&function.attrs));
                    }
                    content.extend(quote!(#attribute #item));
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

    /// The methods, and beside them one definition for each tool.
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
        let (mut definitions, mut unique) = (Vec::new(), TokenStream::new());
        for item in items {
            let part = match item {
                Item::Other(tokens) => {
                    content.extend(tokens);
                    continue;
                }
                Item::Made(written) => {
                    let Written {
                        attribute, item, ..
                    } = *written;
                    content.extend(quote!(#attribute #item));
                    continue;
                }
                Item::Tool(part) => *part,
            };
            completions.extend(part.completions);
            let (found, warnings) = (part.errors, part.warnings);
            beside.extend(quote!(#found #(#warnings)*));
            content.extend(part.item);
            let Some(made) = part.made else { continue };
            let (conditions, definition, name) = (&made.conditions, &made.definition, &made.name);
            definitions.push(quote!(#(#conditions)* &#definition));
            if !conditions.is_empty() {
                let named = list::call_at(
                    made.name_span,
                    &quote!(unique_name),
                    &quote!(<#ty as __mcp::ToolMethods>::DEFS, #name),
                );
                unique.extend(quote!(#(#conditions)* const _: () = #named;));
            }
        }
        let (head, content) = (&body.head, body.around(content));
        let (conditions, calls) = (&body.conditions, self.calls());
        let list = ty.map(|ty| {
            let definition = list::brackets(ty.span(), quote!(<#ty as __mcp::ToolMethods>::DEFS));
            quote! {
                #(#conditions)*
                #[allow(deprecated, unused_braces, unused_parens)]
                const _: () = {
                    use #runtime::__private as __mcp;
                    #[automatically_derived]
                    impl __mcp::ToolMethods for #ty {
                        const DEFS: &'static [&'static __mcp::ToolDef] = &[#(#definitions),*];
                        const TOOLS: __mcp::Toolset = __mcp::Toolset::new #definition #calls;
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
