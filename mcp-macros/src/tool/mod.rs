//! `#[tool]`: an `async fn` becomes a tool.

mod check;
mod expand;
mod inherited;
mod meta;
mod model;
mod options;
mod signature;
#[cfg(test)]
pub(crate) mod tests;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Attribute;
use syn::ext::IdentExt;

pub(crate) use self::check::unindented;
pub(crate) use self::expand::{group, params};
pub(crate) use self::model::Model;
pub(crate) use self::options::{Options, path};
use crate::diagnostics::{Errors, Warning};
use crate::source::Function;
use crate::toolset::Defaults;
use crate::twin::{Role, Twin, conditions};
use crate::{ide, item};

#[cfg(test)]
pub(crate) use self::options::OPTIONS;

/// Where a function stands, as far as its tool is concerned.
#[derive(Clone, Copy, Default)]
pub(crate) struct Place<'a> {
    /// What the toolset around it says.
    pub(crate) defaults: Option<&'a Defaults<'a>>,
    /// Whether it stands in an `impl` block, where nothing can stand beside it.
    pub(crate) methods: bool,
}

/// What a function becomes, apart from where it goes.
pub(crate) struct Part {
    /// To come first: an editor follows the first token that stands at its cursor.
    pub(crate) completions: TokenStream,
    pub(crate) errors: Errors,
    pub(crate) warnings: Vec<Warning>,
    /// The function as it was, or whatever stood there instead.
    pub(crate) item: TokenStream,
    /// None where there is no function to make anything of.
    pub(crate) made: Option<Made>,
}

/// What a function is made, or what stands in for it where something is wrong.
pub(crate) struct Made {
    pub(crate) role: Role,
    pub(crate) function: Ident,
    /// When the function is there at all.
    pub(crate) conditions: Vec<Attribute>,
    /// What no other one of its kind can be known as, and where that is written.
    pub(crate) name: String,
    pub(crate) name_span: Span,
    /// An expression, in which `__mcp` is the private module of the runtime.
    pub(crate) definition: TokenStream,
    pub(crate) twin: TokenStream,
}

/// The function as it was, its twin beside it, and everything that is wrong with the two.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    part(attribute, item, Place::default()).into_items()
}

impl Part {
    /// What is no function, or one at a place where it can be nothing.
    pub(crate) fn broken(completions: TokenStream, errors: Errors, item: TokenStream) -> Self {
        Self {
            completions,
            errors,
            warnings: Vec::new(),
            item,
            made: None,
        }
    }

    /// Items of a module: the function and its twin.
    pub(crate) fn into_items(self) -> TokenStream {
        let Self {
            completions,
            errors,
            warnings,
            item,
            made,
        } = self;
        let twin = made.map(|made| made.twin);
        quote!(#completions #errors #(#warnings)* #item #twin)
    }
}

/// Reads a function with its attribute.
pub(crate) fn part(attribute: TokenStream, item: TokenStream, place: Place<'_>) -> Part {
    let mut errors = Errors::default();
    let mut warnings = Vec::new();
    let mut options = Options::read(attribute, &mut errors);
    let runtime = options.runtime.take();
    let runtime = runtime.or_else(|| place.defaults?.runtime());
    let runtime = runtime.unwrap_or_else(|| quote!(::mcp_runtime));
    let completions = ide::completions(&runtime, "tool", &options.words);

    let mut function = match Function::read(item, "tool", &mut errors) {
        Ok(function) => function,
        Err(item) => return Part::broken(completions, errors, item),
    };
    let attributes = function.take_parameter_attributes();
    if let Some(receiver) = function.sig.receiver()
        && !place.methods
    {
        errors.on(receiver, item::no_method(Role::Tool));
        // An `impl` has no place for anything but the function.
        return Part::broken(TokenStream::new(), errors, function.into_token_stream());
    }
    let blocking = options.blocking.is_some();
    let own = function.sig.ident.clone();
    let (name, name_span) = match &options.name {
        Some(name) => (name.value(), name.span()),
        None => (own.unraw().to_string(), own.span()),
    };
    let model = Model::new(
        options,
        &function,
        &attributes,
        place,
        &mut warnings,
        &mut errors,
    );
    let definition = match &model {
        Some(model) => model.to_token_stream(),
        None => expand::stand_in(),
    };
    let twin = (!place.methods)
        .then(|| Twin::beside(&function))
        .flatten()
        .map(|twin| twin.implementing(&runtime, Role::Tool, &definition));
    let relaxed = relaxed(&function, blocking);
    Part {
        completions,
        errors,
        warnings,
        made: Some(Made {
            role: Role::Tool,
            conditions: conditions(&function.attrs),
            function: own,
            name,
            name_span,
            definition,
            twin: twin.unwrap_or_default(),
        }),
        item: quote!(#relaxed #function),
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
