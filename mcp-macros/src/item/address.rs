//! The variables of a resource's address are its parameters: each is both, in both directions.

use mcp_grammar::UriTemplate;
use proc_macro2::Span;
use syn::LitStr;

use super::complete::check_text;
use super::options::Resource;
use crate::diagnostics::Errors;
use crate::entry::nearest;
use crate::parameter::{Given, Parameter};

/// Types that a server never gives, so that the parameter must be meant for the address.
const READ: &[&str] = &[
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "String",
    "u8", "u16", "u32", "u64", "u128", "usize",
];

/// Holds address and parameters to each other, and marks the parameters that only the server can give.
pub(super) fn check(resource: &Resource, parameters: &mut [Parameter], errors: &mut Errors) {
    let Some(uri) = &resource.uri else { return };
    let text = uri.value();
    let template = match UriTemplate::parse(&text) {
        Ok(template) => template,
        Err(error) => {
            errors.at(within(uri, error.at, error.len), error);
            return;
        }
    };
    let all = parameters
        .iter()
        .any(|parameter| parameter.ty.given() == Some(Given::Args));
    for (at, name) in template.variables() {
        if !all && !parameters.iter().any(|it| it.name.wire == name) {
            let span = within(uri, at, name.len());
            errors.at(span, no_parameter(name, parameters));
        }
    }
    let names: Vec<_> = parameters.iter().map(|it| it.name.wire.clone()).collect();
    for parameter in parameters {
        let name = &parameter.name.wire;
        if template.variables().any(|(_, variable)| variable == *name) {
            check_variable(parameter, errors);
            continue;
        }
        let near = nearest(name, template.variables().map(|(_, name)| name));
        // A variable that is nearly of this name is reported itself.
        let is_misspelt = near.is_some_and(|near| !names.iter().any(|name| name == near));
        let is_read = parameter.ty.given().is_none() && READ.contains(&parameter.ty.name());
        if is_read && !is_misspelt {
            errors.at(parameter.name.span, no_variable(name, near, &text));
        }
        if let Some(complete) = &parameter.complete {
            errors.on(
                complete,
                "only a variable of the address is completed\nhelp: remove `#[complete]`",
            );
        }
        parameter.is_given = !all && parameter.ty.given().is_none();
    }
    if let Some(list) = &resource.list
        && template.is_fixed()
    {
        errors.on(
            list,
            "one address is one resource, which is listed as it is\n\
             help: remove `list`, or write a variable into the address, as in `crm://customers/{id}`",
        );
    }
}

fn check_variable(parameter: &Parameter, errors: &mut Errors) {
    if let Some((key, _)) = &parameter.arg.default {
        errors.at(
            key.span(),
            "a variable of the address is never missing\nhelp: remove `default`",
        );
    }
    if let Some(key) = &parameter.arg.secret {
        errors.at(
            key.span(),
            "an address is no place for a secret: clients show it, keep it and log it\n\
             help: take the secret from the server, `State<T>`",
        );
    }
    check_text(parameter, "resource", errors);
}

fn no_parameter(name: &str, parameters: &[Parameter]) -> String {
    let read = parameters.iter().filter(|it| it.ty.given().is_none());
    match nearest(name, read.map(|parameter| parameter.name.wire.as_str())) {
        Some(near) => format!("the function has no parameter `{name}`; did you mean `{{{near}}}`?"),
        None => format!(
            "the function has no parameter `{name}`\nhelp: add `{name}: String`, or whatever type it is"
        ),
    }
}

fn no_variable(name: &str, near: Option<&str>, uri: &str) -> String {
    match near {
        Some(near) => format!("the address has no variable `{name}`; did you mean `{near}`?"),
        None => format!(
            "the address has no variable `{name}`\n\
             help: write it into the address, as in \"{}/{{{name}}}\"; what the server gives is `State<T>`, `Context` or `Caller`",
            uri.trim_end_matches('/')
        ),
    }
}

/// The place of a part of a text, where the compiler can tell, or else the text.
fn within(literal: &LitStr, at: usize, len: usize) -> Span {
    let token = literal.token();
    // Behind the quote. In a text with escapes the places are others, so that all of it is underlined.
    let plain = token.to_string().len() == literal.value().len() + 2;
    let part = plain.then(|| token.subspan(at + 1..at + 1 + len)).flatten();
    part.unwrap_or_else(|| literal.span())
}
