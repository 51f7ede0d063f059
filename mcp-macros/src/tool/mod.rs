//! `#[tool]`: the definition of a function that a model calls. Nothing can fail here.

#[cfg(test)]
pub(crate) mod tests;

use proc_macro2::TokenStream;
use quote::quote;

use crate::function::{Model, Receiver, params};
use crate::list::call_at;

/// The definition of a tool, in which `__mcp` is the private module of the runtime.
pub(crate) fn definition(model: &Model) -> TokenStream {
    let (name, description) = (&model.name, &model.description);
    let (params, walk) = (params(), model.walk());
    let policies = match model.defaults {
        None => model.options.policies.calls(),
        Some(_) => model.options.policies.typed(),
    };
    let annotations = model.annotations();
    let definition = quote! {
        __mcp::ToolDef::new(#name, #description, |#params| #walk) #annotations #policies
    };
    // The macro cannot see what a constant says, so const evaluation looks for contradictions, and finds them here. In
    // a constant of its own, because one that belongs to a trait is not looked at before somebody uses it. Only a method's
    // is not, since it may name `Self`: that trait is looked at where the toolset is.
    let checked = match (model.options.policies.constant(), &model.defaults) {
        (None, None) => return definition,
        (Some(span), None) => call_at(span, &quote!(ToolDef::checked), &definition),
        (constant, Some(defaults)) => {
            let span = constant.unwrap_or_else(|| model.function.span());
            let checked = quote!(ToolDef::checked_in);
            call_at(span, &checked, &quote!(#definition, #defaults))
        }
    };
    match model.receiver {
        Receiver::Free => quote!({
            const __CHECKED: __mcp::ToolDef = #checked;
            __CHECKED
        }),
        Receiver::Type | Receiver::Instance => checked,
    }
}
