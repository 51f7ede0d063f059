//! `tools![add, other::plus]`, `resources![..]`, `prompts![..]`: a list, checked for names that stand in it twice.

use std::collections::{HashMap, HashSet};

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, Path, Token, token};

use crate::diagnostics::Errors;
use crate::entry::spelled;
use crate::twin::Role;

/// One element: a path, perhaps under a condition.
pub(crate) struct Element {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) path: Path,
}

impl Element {
    /// The last word of the path: the function's name.
    fn function(&self) -> String {
        let last = self.path.segments.last();
        last.map_or_else(String::new, |last| last.ident.unraw().to_string())
    }
}

/// The list, or what is wrong with it beside the list of what is right.
pub(crate) fn of(role: Role, input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let mut runtime = quote!(::mcp_runtime);
    let mut elements = Vec::new();
    let read = |input: ParseStream<'_>| {
        if input.peek(Token![crate]) && input.peek2(Token![=]) {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            runtime = input.parse::<Path>()?.to_token_stream();
            input.parse::<Token![;]>()?;
        }
        while !input.is_empty() {
            elements.extend(element(role, input, &mut errors)?);
        }
        Ok(())
    };
    if let Err(error) = read.parse2(input) {
        errors.add(error);
    }
    once(&mut elements, &mut errors);
    let list = expand(role, &runtime, &elements);
    quote!({ #errors #list })
}

fn element(
    role: Role,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> syn::Result<Option<Element>> {
    let noun = role.noun();
    let attrs = input.call(Attribute::parse_outer)?;
    let start = input.span();
    let Ok(path) = input.call(Path::parse_mod_style) else {
        errors.at(
            start,
            format!(
                "expected the path of a {noun}\nhelp: write `{noun}s![{}]`",
                example(role)
            ),
        );
        skip(input);
        return Ok(None);
    };
    if input.peek(token::Paren) {
        errors.on(
            &path,
            format!(
                "a list names {noun}s, and does not call them\nhelp: write `{noun}s![{}]`",
                example(role)
            ),
        );
        skip(input);
        return Ok(None);
    }
    if !input.is_empty() && input.parse::<Token![,]>().is_err() {
        errors.at(input.span(), format!("expected `,` before the next {noun}"));
        if !input.peek(Ident::peek_any) {
            skip(input);
        }
    }
    let element = Element { attrs, path };
    if is_constant(&element.function()) {
        errors.on(
            &element.path,
            "a list can't hold another one\nhelp: mount both, `server.mount(ONE).mount(TWO)`",
        );
        return Ok(None);
    }
    Ok(Some(element))
}

/// Goes past the rest of an element.
fn skip(input: ParseStream<'_>) {
    while !input.is_empty()
        && input
            .parse::<Option<Token![,]>>()
            .is_ok_and(|comma| comma.is_none())
    {
        if input.parse::<TokenTree>().is_err() {
            return;
        }
    }
}

fn example(role: Role) -> &'static str {
    match role {
        Role::Tool => "add, other::plus",
        Role::Resource => "customer, other::logo",
        Role::Prompt => "review, other::summarize",
    }
}

fn is_constant(name: &str) -> bool {
    name.len() > 1
        && name
            .chars()
            .all(|c| c.is_uppercase() || c.is_numeric() || c == '_')
}

/// Reports a path that stands there twice, and leaves one. What different paths name is for const evaluation to see.
fn once(elements: &mut Vec<Element>, errors: &mut Errors) {
    let mut seen = HashSet::new();
    elements.retain(|Element { attrs, path }| {
        let name = spelled(path);
        // Under conditions, perhaps only one of the two is there.
        let first = !attrs.is_empty() || seen.insert(name.clone());
        if !first {
            errors.on(
                path,
                format!("`{name}` stands in this list twice\nhelp: keep one of the two"),
            );
        }
        first
    });
}

/// The list as the content of a block.
pub(crate) fn expand(role: Role, runtime: &TokenStream, elements: &[Element]) -> TokenStream {
    let Words {
        role: made,
        data,
        list,
        unique,
        toolset,
    } = Words::of(role);
    let all = elements
        .iter()
        .map(|Element { attrs, path }| quote!(#(#attrs)* <#path as __mcp::#made>::DEF));
    let functions = elements
        .iter()
        .map(|Element { attrs, path }| quote!(#(#attrs)* let _ = #path;));
    let mut named = HashMap::new();
    for element in elements {
        *named.entry(element.function()).or_insert(0) += 1;
    }
    let checks = elements.iter().map(|element| {
        let Element { attrs, path } = element;
        let function = element.function();
        // Two functions of one name in different modules: const evaluation compares every name with theirs.
        let alone = if named[&function] == 1 { &function } else { "" };
        // An address says nothing of its function's name.
        let alone = (role != Role::Resource).then(|| quote!(, #alone));
        let (first, last) = ends(path);
        let check = brackets(first, quote!(__mcp::#unique));
        let arguments = quote!(#list, <#path as __mcp::#made>::DEF #alone);
        let arguments = brackets(last, arguments);
        quote!(#(#attrs)* #check #arguments;)
    });
    quote! {
        use #runtime::__private as __mcp;
        const #list: &[&__mcp::#data] = &[#(#all),*];
        #[allow(unexpected_cfgs)]
        const _: () = {
            #[cfg(rust_analyzer)]
            fn functions() {
                #(#functions)*
            }
        };
        const _: () = { #(#checks)* };
        __mcp::Toolset::#toolset(#list)
    }
}

/// What a list of one role is made with.
struct Words {
    role: TokenStream,
    data: TokenStream,
    list: TokenStream,
    unique: TokenStream,
    toolset: TokenStream,
}

impl Words {
    fn of(role: Role) -> Self {
        let (list, unique) = match role {
            Role::Tool => (quote!(__TOOLS), quote!(unique)),
            Role::Resource => (quote!(__RESOURCES), quote!(unique_resource)),
            Role::Prompt => (quote!(__PROMPTS), quote!(unique_prompt)),
        };
        Self {
            role: role.name(),
            data: role.data(),
            list,
            unique,
            toolset: role.list(),
        }
    }
}

/// The spans of a path's first and last token. A call that begins and ends there is underlined as the path is.
fn ends(path: &Path) -> (Span, Span) {
    let mut tokens = path.to_token_stream().into_iter().map(|token| token.span());
    let first = tokens.next().unwrap_or_else(Span::call_site);
    (first, tokens.last().unwrap_or(first))
}

/// A call of the runtime that begins and ends with a bracket at the span, so that the compiler underlines what stands there.
pub(crate) fn call_at(
    span: Span,
    function: &impl ToTokens,
    arguments: &TokenStream,
) -> TokenStream {
    let function = brackets(span, quote!(__mcp::#function));
    let arguments = brackets(span, quote!(#arguments));
    quote!(#function #arguments)
}

pub(crate) fn brackets(span: Span, tokens: TokenStream) -> Group {
    let mut group = Group::new(Delimiter::Parenthesis, tokens);
    group.set_span(span);
    group
}
