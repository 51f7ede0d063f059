//! A function that makes sense, as tokens: the closure that walks its signature, and what all kinds of definition say. Nothing can fail here.
//!
//! Only brackets, punctuation and keywords of ours carry a span of the user's: a name of ours at the user's place would be a
//! second definition there for an editor to find.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Expr;

use super::model::{Model, Receiver};
use crate::entry::text_of;
use crate::list::call_at;
use crate::parameter::{Check, Parameter, Rule};

impl Model {
    /// The body of the closure that walks the signature.
    pub(crate) fn walk(&self) -> TokenStream {
        let Self {
            function,
            parameters,
            answer,
            ..
        } = self;
        let (params, run, into) = (params(), hidden("__run"), self.options.role.answer());
        let values: Vec<_> = (0..parameters.len()).map(value).collect();
        let this = (self.receiver == Receiver::Instance).then(|| hidden("__this"));
        let all = || parameters.iter().zip(&values);
        let reads = all().map(|(parameter, value)| read(parameter, value));
        let rules = all().map(|(parameter, value)| self.rules(parameter, value));
        let instance = this
            .iter()
            .map(|this| quote!(let #this = __mcp::instance::<Self>(#params);));
        let needed: Vec<_> = this.iter().chain(&values).collect();
        let complete = (!needed.is_empty()).then(|| {
            quote! {
                let (#(__mcp::Some(#needed),)*) = (#(#needed,)*) else { return __mcp::None };
            }
        });
        let handed = all().map(|(parameter, value)| {
            let lend = parameter.ty.lent.then(|| quote!(&));
            quote!(#lend #value)
        });
        let span = function.span();
        let lent = this.iter().map(|this| quote!(&#this));
        let handed = lent.chain(handed);
        let handed = group(Delimiter::Parenthesis, span, quote!(#(#handed),*));
        let of = (self.receiver != Receiver::Free).then(|| quote!(Self::));
        let call = quote!(#of #function #handed);
        let (runner, future) = if self.options.blocking.is_some() {
            let call = group(Delimiter::Brace, span, call);
            (quote!(run_blocking), quote_spanned!(span=> move || #call))
        } else if this.is_some() || parameters.iter().any(|parameter| parameter.ty.lent) {
            // What is lent lives in a future around the function's own.
            let call = group(Delimiter::Brace, span, quote!(#call.await));
            (quote!(run), quote_spanned!(span=> async move #call))
        } else {
            (quote!(run), call)
        };
        let start = call_at(span, &runner, &quote!(#params, #run, #future));
        quote!({
            let #run = __mcp::#into::<#answer>(#params);
            #(#instance)*
            #(#reads)*
            #(#rules)*
            #complete
            #start
        })
    }

    /// The checks of one parameter. They come after all parameters are read: one may look at another.
    fn rules(&self, parameter: &Parameter, value: &Ident) -> TokenStream {
        let mut tokens = TokenStream::new();
        for Rule {
            span,
            check,
            message,
        } in &parameter.rules
        {
            let (function, options) = self.check(parameter, check);
            let (params, name) = (params(), &parameter.name.wire);
            let value = group(Delimiter::Brace, *span, quote_spanned!(*span=> & #value));
            let function = Ident::new(function, Span::call_site());
            let call = call_at(*span, &function, &quote!(#params, #value, #name #options));
            tokens.extend(quote!(#call;));
            if let Some(message) = message {
                tokens.extend(quote!(__mcp::message(#params, #message);));
            }
        }
        tokens
    }

    /// The function that checks, and what it is given besides the value.
    fn check(&self, parameter: &Parameter, check: &Check) -> (&'static str, TokenStream) {
        match check {
            Check::Length { min, max, equal } => {
                let [min, max, equal] = [min, max, equal].map(option);
                ("length", quote!(, #min, #max, #equal))
            }
            Check::Range { min, max } => {
                let [min, max] = [min, max].map(option);
                ("range", quote!(, #min, #max))
            }
            Check::RangeExclusive { min, max } => {
                let [min, max] = [min, max].map(option);
                ("range_exclusive", quote!(, #min, #max))
            }
            Check::Plain(name) => (name, TokenStream::new()),
            Check::Ip { v4, v6 } => ("ip", quote!(, #v4, #v6)),
            Check::Text(name, text) => (name, quote!(, #text)),
            // A closure, so that `fn(&str)` takes what derefs to a `str`.
            Check::Custom(function) if parameter.ty.derefs() => {
                let value = hidden("__value");
                ("custom", quote!(, |#value| #function(#value)))
            }
            Check::Custom(function) => ("custom", quote!(, #function)),
            Check::MustMatch(other) => {
                let other = other.to_string();
                let mut others = self.parameters.iter().enumerate();
                let other = others.find(|(_, it)| it.name.bound.as_ref() == Some(&other));
                let options = other.map(|(index, other)| {
                    let (value, name) = (value(index), &other.name.wire);
                    quote!(, &#value, #name)
                });
                ("must_match", options.unwrap_or_default())
            }
        }
    }

    /// Builder calls for what is no policy.
    pub(crate) fn annotations(&self) -> TokenStream {
        let options = &self.options;
        let mut calls = TokenStream::new();
        let mut call = |method: &str, value: TokenStream| {
            let method = Ident::new(method, Span::call_site());
            calls.extend(quote!(.#method(#value)));
        };
        if let Some(title) = &options.title {
            call("title", quote!(#title));
        }
        if options.read_only.is_some() {
            call("read_only", TokenStream::new());
        }
        if let Some((_, is)) = options.destructive {
            call("destructive", quote!(#is));
        }
        if options.idempotent {
            call("idempotent", TokenStream::new());
        }
        if let Some(is) = options.open_world {
            call("open_world", quote!(#is));
        }
        if let tags @ [_, ..] = options.tags.as_slice() {
            call("tags", quote!(&[#(#tags),*]));
        }
        if let icons @ [_, ..] = options.icons.as_slice() {
            call("icons", quote!(&[#(#icons),*]));
        }
        if let entries @ [_, ..] = options.meta.as_slice() {
            let entries = entries.iter().map(|(key, json)| quote!((#key, #json)));
            call("meta", quote!(&[#(#entries),*]));
        }
        if options.open {
            call("open", TokenStream::new());
        }
        if options.visible {
            call("visible_always", TokenStream::new());
        }
        for (lint, reason) in &options.allow {
            call("allow", quote!(#lint, #reason));
        }
        calls
    }
}

/// Reads one parameter, and says what its attribute says.
fn read(parameter: &Parameter, value: &Ident) -> TokenStream {
    let Parameter {
        name, ty, doc, arg, ..
    } = parameter;
    let (params, name) = (params(), &name.wire);
    let tokens = &ty.tokens;
    let function = if parameter.is_given {
        quote!(given::<#tokens>)
    } else if ty.lent {
        quote!(arg_borrowed::<#tokens, _>)
    } else {
        quote!(arg::<#tokens, _>)
    };
    let call = call_at(ty.span, &function, &quote!(#params, #name, #doc));
    let mut read = quote!(let #value = #call;);
    if let Some((key, default)) = &arg.default {
        let (ty, default) = (ty.owned(), owned(parameter, default));
        let arguments = quote!(#params, #value, #name, || #default);
        let call = call_at(key.span(), &quote!(default::<#ty>), &arguments);
        read.extend(quote!(let #value = #call;));
    }
    if let Some((key, example)) = &arg.example {
        let (ty, example) = (ty.required(), owned(parameter, example));
        let arguments = quote!(#params, #name, || #example);
        let call = call_at(key.span(), &quote!(example::<#ty>), &arguments);
        read.extend(quote!(#call;));
    }
    if arg.secret.is_some() {
        read.extend(quote!(__mcp::secret(#params, #name);));
    }
    if let Some(header) = &arg.header {
        read.extend(quote!(__mcp::header(#params, #name, #header);));
    }
    read
}

/// A value of the parameter's type as the call owns it. Text in quotes is a `String` too.
fn owned(parameter: &Parameter, value: &Expr) -> TokenStream {
    let ty = &parameter.ty.tokens;
    if parameter.ty.lent {
        quote!(<#ty as __mcp::ToOwned>::to_owned(#value))
    } else if text_of(value).is_some() {
        quote!(__mcp::Into::into(#value))
    } else {
        quote!(#value)
    }
}

fn option(value: &Option<Expr>) -> TokenStream {
    match value {
        Some(value) => quote!(__mcp::Some(#value)),
        None => quote!(__mcp::None),
    }
}

pub(crate) fn group(delimiter: Delimiter, span: Span, tokens: TokenStream) -> Group {
    let mut group = Group::new(delimiter, tokens);
    group.set_span(span);
    group
}

/// The local that holds a parameter's value.
fn value(index: usize) -> Ident {
    hidden(&format!("__arg{index}"))
}

pub(crate) fn params() -> Ident {
    hidden("__mcp_params")
}

/// A local that no expression of the user's can see.
fn hidden(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}
