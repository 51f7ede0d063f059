//! A function with one of the attributes: what was written, what makes sense of it together, and what it becomes. The steps are the same for tools,
//! resources and prompts; what a definition says is each one's own.

mod check;
mod inherited;
mod meta;
mod model;
mod options;
mod signature;
mod walk;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Attribute;
use syn::ext::IdentExt as _;

pub(crate) use self::check::unindented;
pub(crate) use self::model::{Model, Receiver};
#[cfg(test)]
pub(crate) use self::options::OPTIONS;
pub(crate) use self::options::{Options, path};
pub(crate) use self::walk::{group, params};
use crate::diagnostics::{Errors, Warning};
use crate::item::{self, Own};
use crate::source::Function;
use crate::toolset::Defaults;
use crate::twin::{Role, Twin, conditions};
use crate::{ide, tool};

/// Where a function stands, as far as what it becomes is concerned.
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
    twin: TokenStream,
}

/// The function as it was, its twin beside it, and everything that is wrong with the two.
pub(crate) fn expand(role: Role, attribute: TokenStream, item: TokenStream) -> TokenStream {
    part(role, attribute, item, Place::default()).into_items()
}

impl Part {
    /// What is no function, or one at a place where it can be nothing.
    fn broken(completions: TokenStream, errors: Errors, item: TokenStream) -> Self {
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
pub(crate) fn part(
    role: Role,
    attribute: TokenStream,
    item: TokenStream,
    place: Place<'_>,
) -> Part {
    let mut errors = Errors::default();
    let mut warnings = Vec::new();
    let (mut options, own) = match role {
        Role::Tool => (Options::read(attribute, &mut errors), None),
        Role::Resource | Role::Prompt => item::read(role, attribute, &mut errors),
    };
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
        let noun = role.noun();
        errors.on(
            receiver,
            format!(
                "a method is a {noun} in a toolset alone: nobody else knows what it is called on\n\
                 help: write `#[toolset]` on the `impl` block, and mount a value of the type"
            ),
        );
        // An `impl` has no place for anything but the function.
        return Part::broken(TokenStream::new(), errors, function.into_token_stream());
    }
    let blocking = options.blocking.is_some();
    let (name, name_span) = known_as(&options, own.as_ref(), &function);
    let model = Model::new(
        options,
        &function,
        &attributes,
        place,
        &mut warnings,
        &mut errors,
    );
    let definition = model.and_then(|mut model| match &own {
        None => Some(tool::definition(&model)),
        Some(own) => item::definition(&mut model, own, &mut errors),
    });
    let definition = definition.unwrap_or_else(|| stand_in(role));
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

/// What no other one of its kind can be known as, and where that is written: the address of a resource, the name of anything else.
fn known_as(options: &Options, own: Option<&Own>, function: &Function) -> (String, Span) {
    let ident = &function.sig.ident;
    let text = match own {
        Some(Own::Resource(resource)) => resource.uri.as_ref(),
        Some(Own::Prompt) | None => options.name.as_ref(),
    };
    match text {
        Some(text) => (text.value(), text.span()),
        None => (ident.unraw().to_string(), ident.span()),
    }
}

/// The definition of what is wrong somewhere, so that nothing else fails for lack of it.
fn stand_in(role: Role) -> TokenStream {
    match role {
        Role::Tool => quote!(__mcp::ToolDef::new("", "", |_| __mcp::None)),
        Role::Resource => quote!(__mcp::ResourceDef::new("wrong:wrong", "", "", |_| {
            __mcp::None
        })),
        Role::Prompt => quote!(__mcp::PromptDef::new("", "", |_| __mcp::None)),
    }
}

/// What clippy would say of a function and what it cannot help: it is async, owns its arguments, and has one for each that a model
/// writes (of too many, `fat_tool` warns).
fn relaxed(function: &Function, blocking: bool) -> TokenStream {
    if function.sig.asyncness.is_some() {
        quote!(#[allow(clippy::too_many_arguments, clippy::unused_async)])
    } else if blocking {
        quote!(#[allow(clippy::needless_pass_by_value, clippy::too_many_arguments)])
    } else {
        TokenStream::new()
    }
}
