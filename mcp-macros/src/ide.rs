//! Completion inside an attribute: an editor offers what can be named where the attribute's words are repeated.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Ident;

/// Repeats the attribute's words as imports from the module that has one item for each of its options.
///
/// This must come first in the output: an editor follows the first token that stands at its cursor.
pub(crate) fn completions(
    runtime: &impl ToTokens,
    attribute: &str,
    words: &[Ident],
) -> TokenStream {
    if words.is_empty() {
        return TokenStream::new();
    }
    let attribute = Ident::new(attribute, Span::call_site());
    quote! {
        #[allow(unexpected_cfgs)]
        const _: () = {
            #[cfg(rust_analyzer)]
            mod completions {
                use #runtime::__private::ide::#attribute::*;
                use self::{#(#words as _),*};
            }
        };
    }
}
