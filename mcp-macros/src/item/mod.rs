//! What is a resource's or a prompt's alone: the options of the attributes, the address, completion, and the definition.

mod address;
mod complete;
mod expand;
mod options;
mod refused;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;

pub(crate) use self::options::Own;
#[cfg(test)]
pub(crate) use self::options::{RESOURCE_OPTIONS, shared};
pub(crate) use self::refused::refused;
use crate::diagnostics::Errors;
use crate::function::{Model, Options};
use crate::twin::Role;

/// Reads the attribute.
pub(crate) fn read(
    role: Role,
    attribute: TokenStream,
    errors: &mut Errors,
) -> (Options, Option<Own>) {
    let (options, own) = options::read(role, attribute, errors);
    (options, Some(own))
}

/// The definition of what makes sense by itself, if its address and what completes it do too.
pub(crate) fn definition(model: &mut Model, own: &Own, errors: &mut Errors) -> Option<TokenStream> {
    match own {
        Own::Resource(own) => address::check(own, &mut model.parameters, errors),
        Own::Prompt => complete::check_prompt(&model.parameters, errors),
    }
    errors.is_empty().then(|| expand::definition(model, own))
}
