//! `#[arg(..)]`: what a parameter's name and type leave open.

use syn::{Attribute, Expr, Ident, LitStr};

use super::ty::{Given, Type};
use crate::diagnostics::Errors;
use crate::entry::{Entries, Known};

pub(crate) const OPTIONS: [Known; 5] = [
    Known::new("default", "default = 10"),
    Known::new("name", "name = \"from\""),
    Known::new("example", "example = \"2026-11-22\""),
    Known::new("secret", "secret"),
    Known::new("header", "header = \"Region\""),
];

/// What was written; each value with the word that it belongs to.
#[derive(Default)]
pub(crate) struct Arg {
    pub(crate) name: Option<LitStr>,
    pub(crate) default: Option<(Ident, Expr)>,
    pub(crate) example: Option<(Ident, Expr)>,
    pub(crate) secret: Option<Ident>,
    pub(crate) header: Option<LitStr>,
}

impl Arg {
    pub(crate) fn read(attrs: &[Attribute], errors: &mut Errors) -> Self {
        let mut arg = Self::default();
        let tokens = Entries::gather(attrs, "arg", "default = 10", errors);
        let entries = Entries::read(tokens, "arg", &[&OPTIONS], errors);
        for entry in &entries.known {
            match entry.name() {
                "default" => {
                    let value = entry.value(errors).cloned();
                    arg.default = value.map(|value| (entry.key.clone(), value));
                }
                "name" => arg.name = entry.text(errors),
                "example" => {
                    let value = entry.value(errors).cloned();
                    arg.example = value.map(|value| (entry.key.clone(), value));
                }
                "secret" => arg.secret = entry.flag(errors).then(|| entry.key.clone()),
                _ => arg.header = entry.text(errors),
            }
        }
        arg
    }

    /// What cannot be meant together, and what cannot be meant of this type.
    pub(super) fn check(&self, ty: &Type, errors: &mut Errors) {
        let Self {
            default,
            example,
            secret,
            header,
            ..
        } = self;
        if let (Some(_), Some(header)) = (secret, header) {
            errors.on(
                header,
                "a secret can't travel in a header: proxies log headers\n\
                 help: remove `header` or `secret`",
            );
        }
        if let (Some(_), Some((key, _))) = (secret, default) {
            errors.at(
                key.span(),
                "a secret has no default: it would stand in the schema for every client to read\n\
                 help: remove `default`, or write `Option<..>` and take it from the server's state",
            );
        }
        if let Some(header) = header {
            check_header(header, errors);
        }
        if let (Some((key, _)), true) = (default, ty.is_optional()) {
            errors.at(
                key.span(),
                "an argument with a default is never missing, so it is no `Option`\n\
                 help: take `Option` off the type, or remove `default`",
            );
        }
        let keys = [default, example].map(|option| option.as_ref().map(|(key, _)| key.span()));
        let others = [
            secret.as_ref().map(Ident::span),
            header.as_ref().map(LitStr::span),
        ];
        let option = keys.into_iter().chain(others).flatten().next();
        if let (Some(span), Some(given)) = (option, ty.given()) {
            errors.at(span, not_read(given, ty.name(), "#[arg]"));
        }
    }
}

/// Why an attribute of arguments says nothing about this type.
pub(super) fn not_read(given: Given, name: &str, attribute: &str) -> String {
    if given == Given::Args {
        format!(
            "`Args` is all arguments at once\nhelp: put `{attribute}` on the fields of the struct"
        )
    } else {
        format!("`{name}` comes from the server and not from the call\nhelp: remove `{attribute}`")
    }
}

fn check_header(header: &LitStr, errors: &mut Errors) {
    let name = header.value();
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if let Some(c) = name.chars().find(|c| !token(*c)) {
        errors.on(
            header,
            format!("a header's name can't contain `{c}`\nhelp: write one such as \"Region\""),
        );
    } else if let Some(rest) = name.strip_prefix("Mcp-Param-") {
        errors.on(
            header,
            format!("clients add `Mcp-Param-` themselves\nhelp: write \"{rest}\""),
        );
    } else if name.is_empty() {
        errors.on(
            header,
            "a header has a name\nhelp: write one such as \"Region\"",
        );
    }
}
