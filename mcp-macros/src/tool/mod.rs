//! `#[tool]`: an `async fn` becomes a tool.

mod check;
mod expand;
mod meta;
mod model;
mod options;
mod signature;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

pub(crate) use self::expand::{group, params};
pub(crate) use self::model::Model;
pub(crate) use self::options::Options;
use crate::diagnostics::Errors;
use crate::ide;
use crate::source::Function;
use crate::twin::{Role, Twin};

#[cfg(test)]
pub(crate) use self::options::OPTIONS;

/// The function as it was, its twin beside it, and everything that is wrong with the two.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let mut warnings = Vec::new();
    let mut options = Options::read(attribute, &mut errors);
    let runtime = options.runtime.take();
    let runtime = runtime.unwrap_or_else(|| quote!(::mcp_runtime));
    let completions = ide::completions(&runtime, "tool", &options.words);

    let mut function = match Function::read(item, "tool", &mut errors) {
        Ok(function) => function,
        Err(item) => return quote!(#completions #errors #item),
    };
    let attributes = function.take_parameter_attributes();
    if let Some(receiver) = function.sig.receiver() {
        errors.on(
            receiver,
            "a tool is a free function and has no `self`\n\
             help: take what the methods share as a parameter, `state: State<T>`",
        );
        // An `impl` has no place for anything but the function.
        return quote!(#errors #function);
    }
    let blocking = options.blocking.is_some();
    let model = Model::new(options, &function, &attributes, &mut warnings, &mut errors);
    let definition = match &model {
        Some(model) => model.to_token_stream(),
        None => expand::stand_in(),
    };
    let twin =
        Twin::beside(&function).map(|twin| twin.implementing(&runtime, Role::Tool, &definition));
    let relaxed = relaxed(&function, blocking);
    quote! {
        #completions
        #errors
        #(#warnings)*
        #relaxed
        #function
        #twin
    }
}

/// What clippy would say of a function and what a tool cannot help: it is async, owns its arguments, and has one for each that
/// a model writes (of too many, `fat_tool` warns).
pub(crate) fn relaxed(function: &Function, blocking: bool) -> TokenStream {
    if function.sig.asyncness.is_some() {
        quote!(#[allow(clippy::too_many_arguments, clippy::unused_async)])
    } else if blocking {
        quote!(#[allow(clippy::needless_pass_by_value, clippy::too_many_arguments)])
    } else {
        TokenStream::new()
    }
}
