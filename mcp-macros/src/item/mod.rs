//! `#[resource]` and `#[prompt]`: an `async fn` becomes one of them, by the steps that make a tool of it.

mod address;
mod complete;
mod expand;
mod options;
mod refused;
#[cfg(test)]
mod tests;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::ext::IdentExt as _;

use self::options::Own;
pub(crate) use self::refused::refused;
use crate::diagnostics::Errors;
use crate::ide;
use crate::source::Function;
use crate::tool::{Made, Model, Part, Place, relaxed};
use crate::twin::{Role, Twin, conditions};

#[cfg(test)]
pub(crate) use self::options::{RESOURCE_OPTIONS, shared};

/// The function as it was, its twin beside it, and everything that is wrong with the two.
pub(crate) fn expand(role: Role, attribute: TokenStream, item: TokenStream) -> TokenStream {
    part(role, attribute, item, Place::default()).into_items()
}

/// Reads a function with its attribute.
pub(crate) fn part(
    role: Role,
    attribute: TokenStream,
    item: TokenStream,
    place: Place<'_>,
) -> Part {
    let mut errors = Errors::default();
    let mut warnings = Vec::new();
    let (mut options, own) = options::read(role, attribute, &mut errors);
    let runtime = options.runtime.take();
    let runtime = runtime.or_else(|| place.defaults?.runtime());
    let runtime = runtime.unwrap_or_else(|| quote!(::mcp_runtime));
    let completions = ide::completions(&runtime, role.noun(), &options.words);

    let mut function = match Function::read(item, role.noun(), &mut errors) {
        Ok(function) => function,
        Err(item) => return Part::broken(completions, errors, item),
    };
    let attributes = function.take_parameter_attributes();
    if let Some(receiver) = function.sig.receiver()
        && !place.methods
    {
        errors.on(receiver, no_method(role));
        // An `impl` has no place for anything but the function.
        return Part::broken(TokenStream::new(), errors, function.into_token_stream());
    }
    let blocking = options.blocking.is_some();
    let (name, name_span) = known_as(&options.name, &own, &function);
    let model = Model::new(
        options,
        &function,
        &attributes,
        place,
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
    let twin = (!place.methods)
        .then(|| Twin::beside(&function))
        .flatten()
        .map(|twin| twin.implementing(&runtime, role, &definition));
    let relaxed = relaxed(&function, blocking);
    Part {
        completions,
        errors,
        warnings,
        made: Some(Made {
            role,
            conditions: conditions(&function.attrs),
            function: function.sig.ident.clone(),
            name,
            name_span,
            definition,
            twin: twin.unwrap_or_default(),
        }),
        item: quote!(#relaxed #function),
    }
}

/// What is said of a method outside a toolset.
pub(crate) fn no_method(role: Role) -> String {
    format!(
        "a method is a {} in a toolset alone: nobody else knows what it is called on\n\
         help: write `#[toolset]` on the `impl` block, and mount a value of the type",
        role.noun()
    )
}

/// What no other one of its kind can be known as, and where that is written: the address of a resource, the name of a prompt.
fn known_as(name: &Option<syn::LitStr>, own: &Own, function: &Function) -> (String, Span) {
    let ident = &function.sig.ident;
    let text = match own {
        Own::Resource(resource) => resource.uri.as_ref(),
        Own::Prompt => name.as_ref(),
    };
    match text {
        Some(text) => (text.value(), text.span()),
        None => (ident.unraw().to_string(), ident.span()),
    }
}
