//! The function as it was written. Its body stays unread tokens, so that it comes back as it came.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, FnArg, Signature, Token, Visibility};

use crate::diagnostics::Errors;

/// A function, body unread.
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: TokenStream,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self {
            attrs: input.call(Attribute::parse_outer)?,
            vis: input.parse()?,
            sig: input.parse()?,
            body: input.parse()?,
        })
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for attr in &self.attrs {
            attr.to_tokens(tokens);
        }
        self.vis.to_tokens(tokens);
        self.sig.to_tokens(tokens);
        tokens.extend(self.body.clone());
    }
}

impl Function {
    /// Reads a function, or reports what stands there instead and gives it back.
    pub(crate) fn read(
        item: TokenStream,
        attribute: &str,
        errors: &mut Errors,
    ) -> Result<Self, TokenStream> {
        syn::parse2(item.clone()).map_err(|error| {
            match other_item(item.clone()) {
                Some((keyword, span)) => errors.at(span, not_a_function(attribute, &keyword)),
                None => errors.add(error),
            }
            item
        })
    }

    /// The attributes that only the macro understands, taken off the parameters: `#[arg]`, `#[validate]`, `#[complete]` and
    /// documentation.
    pub(crate) fn take_parameter_attributes(&mut self) -> Vec<Vec<Attribute>> {
        let ours = |attr: &mut Attribute| {
            let path = attr.path();
            ["arg", "validate", "complete", "doc"]
                .iter()
                .any(|ours| path.is_ident(ours))
        };
        let inputs = self.sig.inputs.iter_mut();
        inputs
            .map(|input| match input {
                FnArg::Typed(parameter) => parameter.attrs.extract_if(.., ours).collect(),
                FnArg::Receiver(_) => Vec::new(),
            })
            .collect()
    }
}

/// The keyword of an item that is not a function.
fn other_item(item: TokenStream) -> Option<(String, Span)> {
    let keyword = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        let next: TokenTree = input.parse()?;
        let start = (next.to_string(), next.span());
        // `unsafe impl`, `const NAME` and the like; `const fn` is a function after all.
        let function = input.peek(Token![fn]) || input.peek2(Token![fn]) || start.0 == "fn";
        input.parse::<TokenStream>()?;
        Ok((!function).then_some(start))
    };
    keyword.parse2(item).ok().flatten()
}

fn not_a_function(attribute: &str, keyword: &str) -> String {
    let help = match keyword {
        "impl" | "trait" => "write `#[toolset]` on it, and `#[tool]` on its methods",
        "mod" => "write `#[toolset]` on it, and `#[tool]` on its functions",
        _ => "put it on an `async fn`",
    };
    format!("`#[{attribute}]` goes on a function, not on `{keyword}`\nhelp: {help}")
}
