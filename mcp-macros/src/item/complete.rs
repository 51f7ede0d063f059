//! What can be completed, and what an argument that comes as text cannot say.

use crate::diagnostics::Errors;
use crate::parameter::{Given, Parameter};

/// Reports what a prompt's parameters cannot have.
pub(super) fn check_prompt(parameters: &[Parameter], errors: &mut Errors) {
    for parameter in parameters {
        check_text(parameter, "prompt", errors);
    }
}

/// Reports what a parameter that comes as text cannot have.
pub(super) fn check_text(parameter: &Parameter, noun: &str, errors: &mut Errors) {
    if let Some(header) = &parameter.arg.header {
        errors.on(
            header,
            format!("clients mirror the arguments of tools in headers, and not those of a {noun}\nhelp: remove `header`"),
        );
    }
    let Some(complete) = &parameter.complete else {
        return;
    };
    match parameter.ty.given() {
        Some(Given::Args) => errors.on(
            complete,
            "`Args` is all arguments at once, and one is completed at a time\n\
             help: take the argument as a parameter of its own",
        ),
        Some(_) => errors.on(
            complete,
            format!(
                "`{}` comes from the server: nobody types it\nhelp: remove `#[complete]`",
                parameter.ty.name()
            ),
        ),
        None if parameter.arg.secret.is_some() => errors.on(
            complete,
            "a secret is completed for nobody\nhelp: remove `#[complete]`, or `secret`",
        ),
        None => {}
    }
}
