//! What a tool's signature must be: an `async fn`, free, safe and without type parameters.

use syn::spanned::Spanned;
use syn::{GenericParam, Receiver, ReceiverKind, Safety, Signature};

use super::options::Options;
use crate::diagnostics::Errors;

/// Reports each token that a tool's signature cannot have.
pub(super) fn check(signature: &Signature, options: &Options, errors: &mut Errors) {
    let (noun, blocking) = (options.role.noun(), options.blocking.as_ref());
    match (&signature.asyncness, blocking) {
        (None, None) => errors.at(
            signature.fn_token.span,
            format!(
                "a {noun} is an `async fn`\n\
                 help: write `async fn`, or `#[{noun}({}blocking)]` for a function that stops its thread",
                if noun == "resource" { "\"..\", " } else { "" }
            ),
        ),
        (Some(asyncness), Some(_)) => errors.at(
            asyncness.span,
            format!(
                "a blocking {noun} is a plain `fn`: it runs on a thread of its own\n\
                 help: remove `async`, or `blocking` if the function only awaits"
            ),
        ),
        _ => {}
    }
    if let Some(constness) = &signature.constness {
        errors.at(
            constness.span,
            format!("a {noun} runs when it is called\nhelp: remove `const`"),
        );
    }
    if let Safety::Unsafe(unsafety) = &signature.safety {
        errors.at(
            unsafety.span,
            format!(
                "a {noun} is called with whatever a model writes, and no caller can promise anything\n\
                 help: remove `unsafe`, and check the arguments inside the function"
            ),
        );
    }
    if let Some(abi) = &signature.abi {
        errors.on(
            abi,
            format!("a {noun} is a Rust function\nhelp: remove `extern`"),
        );
    }
    if let Some(variadic) = &signature.variadic {
        errors.on(
            variadic,
            format!(
                "a {noun} has as many arguments as it names\nhelp: take a list, `values: Vec<String>`"
            ),
        );
    }
    for parameter in &signature.generics.params {
        let (span, name) = match parameter {
            GenericParam::Type(parameter) => (parameter.ident.span(), &parameter.ident),
            GenericParam::Const(parameter) => (parameter.span(), &parameter.ident),
            GenericParam::Lifetime(_) => continue,
        };
        errors.at(
            span,
            format!(
                "a {noun} can't be generic: nobody on the wire can choose `{name}`\n\
                 help: write the type that the {noun} works on"
            ),
        );
    }
}

/// Reports a method that does not borrow its toolset as every call at the same time can.
pub(super) fn check_receiver(receiver: &Receiver, errors: &mut Errors) {
    let message = match &receiver.kind {
        ReceiverKind::Reference(_, _, None) => return,
        ReceiverKind::Reference(_, _, Some(_)) => {
            "calls run at the same time, so none has the toolset to itself\n\
             help: write `&self`, and keep what changes behind a lock"
        }
        ReceiverKind::Value => {
            "a toolset serves many calls, and this one would take it away\nhelp: write `&self`"
        }
        _ => "a call is lent its toolset\nhelp: write `&self`",
    };
    errors.on(receiver, message);
}
