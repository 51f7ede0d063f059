//! `#[resource]` and `#[prompt]`: an `async fn` becomes one of them, by the steps that make a tool of it.

mod address;
mod complete;
mod expand;
mod options;
mod refused;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;

use self::options::Own;
pub(crate) use self::refused::refused;
use crate::diagnostics::Errors;
use crate::ide;
use crate::source::Function;
use crate::tool::{Model, Place, relaxed};
use crate::twin::{Role, Twin};

#[cfg(test)]
pub(crate) use self::options::{RESOURCE_OPTIONS, shared};

/// The function as it was, its twin beside it, and everything that is wrong with the two.
pub(crate) fn expand(role: Role, attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let mut warnings = Vec::new();
    let (mut options, own) = options::read(role, attribute, &mut errors);
    let runtime = options.runtime.take();
    let runtime = runtime.unwrap_or_else(|| quote!(::mcp_runtime));
    let completions = ide::completions(&runtime, role.noun(), &options.words);

    let mut function = match Function::read(item, role.noun(), &mut errors) {
        Ok(function) => function,
        Err(item) => return quote!(#completions #errors #item),
    };
    let attributes = function.take_parameter_attributes();
    if let Some(receiver) = function.sig.receiver() {
        let noun = role.noun();
        errors.on(
            receiver,
            format!(
                "a {noun} is a free function and has no `self`\n\
                 help: take what the methods share as a parameter, `state: State<T>`"
            ),
        );
        // An `impl` has no place for anything but the function.
        return quote!(#errors #function);
    }
    let blocking = options.blocking.is_some();
    let model = Model::new(
        options,
        &function,
        &attributes,
        Place::default(),
        &mut warnings,
        &mut errors,
    );
    let definition = model.and_then(|mut model| {
        match &own {
            Own::Resource(own) => address::check(own, &mut model.parameters, &mut errors),
            Own::Prompt => complete::check_prompt(&model.parameters, &mut errors),
        }
        errors.is_empty().then(|| expand::definition(&model, &own))
    });
    let definition = definition.unwrap_or_else(|| expand::stand_in(role));
    let twin = Twin::beside(&function).map(|twin| twin.implementing(&runtime, role, &definition));
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
