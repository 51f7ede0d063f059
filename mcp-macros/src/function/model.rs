//! What a function is to become, once everything that was written makes sense together.

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::{Attribute, FnArg, Ident};

use super::options::Options;
use super::{Place, check, signature};
use crate::diagnostics::{Errors, Warning};
use crate::docs::{self, Text};
use crate::entry::text_of;
use crate::lint::Lints;
use crate::parameter::{self, Parameter};
use crate::source::Function;
use crate::twin::{Role, Twin};

/// A function that makes sense as what it is to become.
pub(crate) struct Model {
    pub(crate) function: Ident,
    pub(crate) name: String,
    pub(crate) description: Text,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) answer: TokenStream,
    pub(crate) options: Options,
    pub(crate) receiver: Receiver,
    /// The toolset's policies, where const evaluation has to hold the tool to them.
    pub(crate) defaults: Option<TokenStream>,
}

/// What a function is called on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receiver {
    Free,
    /// The type: a function in an `impl` block without `self`.
    Type,
    /// A value of the type: a method with `&self`.
    Instance,
}

impl Model {
    /// Makes sense of a function and its options. There is no model where something is wrong.
    pub(crate) fn new(
        options: Options,
        function: &Function,
        parameter_attributes: &[Vec<Attribute>],
        place: Place<'_>,
        warnings: &mut Vec<Warning>,
        errors: &mut Errors,
    ) -> Option<Self> {
        let sig = &function.sig;
        let name = name(&options, &sig.ident, place, errors);
        let description = description(&options, function, &name, errors);
        signature::check(sig, &options, errors);
        let receiver = match (place.methods, sig.receiver()) {
            (false, _) => Receiver::Free,
            (true, None) => Receiver::Type,
            (true, Some(receiver)) => {
                signature::check_receiver(receiver, errors);
                Receiver::Instance
            }
        };

        let mut parameters = Vec::new();
        for (input, attrs) in sig.inputs.iter().zip(parameter_attributes) {
            if let FnArg::Typed(input) = input {
                parameters.extend(Parameter::read(input, attrs, errors));
            }
        }
        if options.role == Role::Tool {
            for complete in parameters.iter().filter_map(|it| it.complete.as_ref()) {
                errors.on(
                    complete,
                    "people type the arguments of prompts and the variables of addresses, and a model those of tools\n\
                     help: remove `#[complete]`",
                );
            }
        }
        let answer = parameter::answer(&sig.output, errors);
        let complete = parameters.len() + usize::from(sig.receiver().is_some()) == sig.inputs.len();
        let placeholders = match &options.description {
            Some(value) => text_of(value)
                .map(docs::placeholders_in)
                .unwrap_or_default(),
            None => docs::placeholders(&function.attrs),
        };
        warnings.extend(check::all(
            (&options, sig.ident.span()),
            place,
            &placeholders,
            &parameters,
            complete,
            errors,
        ));

        let mut lints = Lints {
            allowed: options.allow.iter().map(|(lint, _)| lint.clone()).collect(),
            errors,
            warnings: Vec::new(),
        };
        lints.body(&function.body, options.blocking.is_some());
        lints.told(sig.ident.span(), &description, &parameters);
        for arg in parameters.iter().map(|parameter| &parameter.arg) {
            lints.literals(&arg.default.as_ref().map(|(_, value)| value));
            lints.literals(&arg.example.as_ref().map(|(_, value)| value));
        }
        if options.role == Role::Tool {
            check::fat_tool(&parameters, &function.body, &mut lints);
        }
        warnings.append(&mut lints.warnings);

        let model = Self {
            function: sig.ident.clone(),
            name,
            description,
            parameters,
            answer: answer?,
            receiver,
            defaults: defaults(&options, place),
            options,
        };
        errors.is_empty().then_some(model)
    }
}

/// The toolset's policies, if one of them or of the tool's is a constant.
fn defaults(options: &Options, place: Place<'_>) -> Option<TokenStream> {
    let defaults = place.defaults?;
    let unknown = options.policies.constant().is_some() || defaults.has_constants();
    unknown.then(|| defaults.as_list())
}

fn name(options: &Options, function: &Ident, place: Place<'_>, errors: &mut Errors) -> String {
    const MOST: usize = mcp_grammar::LONGEST_NAME;
    let noun = options.role.noun();
    let (name, span, own) = match &options.name {
        Some(name) => (name.value(), name.span(), false),
        None => (function.unraw().to_string(), function.span(), true),
    };
    let help = if own {
        "write `name = \"..\"` with ASCII letters, digits, `_`, `-` and `.`"
    } else {
        "use ASCII letters, digits, `_`, `-` and `.`"
    };
    if let Some(c) = mcp_grammar::stranger_in_name(&name) {
        let message = format!("a {noun}'s name can't contain `{c}`\nhelp: {help}");
        errors.at(span, message);
    } else if name.is_empty() || name.len() > MOST {
        let message = format!(
            "a {noun}'s name has 1 to {MOST} characters, and this one {}\nhelp: write a shorter one",
            name.len()
        );
        errors.at(span, message);
    }
    if let Some(defaults) = place.defaults {
        defaults.check_length(noun, &name, span, errors);
    }
    if !place.methods && Twin::hides_a_type(function) {
        errors.at(
            function.span(),
            format!(
                "a {noun} is a type as well, and this one would hide the type `{function}`\n\
                 help: write another name here, and `name = \"{function}\"` in the attribute"
            ),
        );
    }
    name
}

fn description(options: &Options, function: &Function, name: &str, errors: &mut Errors) -> Text {
    let description = match &options.description {
        Some(value) => match text_of(value) {
            Some(text) => Text::Known(text.value().trim().to_owned()),
            None => Text::Tokens(quote::quote!(#value)),
        },
        None => docs::description(&function.attrs),
    };
    if description.is_empty() {
        let message = format!(
            "{noun} `{name}` has no description\n\
             help: write a doc comment, `/// ..`: {reader} by it",
            noun = options.role.noun(),
            reader = match options.role {
                Role::Tool => "a model chooses tools",
                Role::Resource => "people and models choose resources",
                Role::Prompt => "people choose prompts",
            }
        );
        match &options.description {
            Some(value) => errors.on(value, message),
            None => errors.at(function.sig.ident.span(), message),
        }
    }
    description
}
