//! What is wrong with one attribute: everything is gathered and reported in one compile.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};

/// The errors of one attribute, in the order in which they were found.
///
/// A message is lower case and says what is wrong; its second line, `help: ..`, says what to write instead.
#[derive(Default)]
pub(crate) struct Errors(Vec<syn::Error>);

impl Errors {
    /// An error that underlines all of `tokens`.
    pub(crate) fn on(&mut self, tokens: &impl ToTokens, message: impl Display) {
        self.0.push(syn::Error::new_spanned(tokens, message));
    }

    /// An error that underlines one span.
    pub(crate) fn at(&mut self, span: Span, message: impl Display) {
        self.0.push(syn::Error::new(span, message));
    }

    /// An error of `syn`'s own making.
    pub(crate) fn add(&mut self, error: syn::Error) {
        self.0.push(error);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl ToTokens for Errors {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.0.iter().map(syn::Error::to_compile_error));
    }
}

/// Something that compiles and is probably a mistake.
pub(crate) struct Warning {
    /// The name by which `allow(.., "reason")` silences it.
    pub(crate) lint: &'static str,
    pub(crate) span: Span,
    pub(crate) message: String,
}

/// Stable proc macros cannot warn, so the warning is the compiler's own about a deprecated item, which is used at the place to
/// underline. An editor would offer that item there; it has its own expansion without.
impl ToTokens for Warning {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self {
            lint,
            span,
            message,
        } = self;
        let used = syn::Ident::new(lint, *span);
        let lint = syn::Ident::new(lint, Span::call_site());
        tokens.extend(quote! {
            #[allow(unexpected_cfgs)]
            const _: () = {
                #[deprecated(note = #message)]
                #[allow(non_upper_case_globals)]
                const #lint: () = ();
                #[cfg(not(rust_analyzer))]
                let () = #used;
            };
        });
    }
}
