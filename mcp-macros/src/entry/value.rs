//! The value of an option, as what the attribute takes it to be.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Expr, ExprLit, Ident, Lit, LitBool, LitStr};

use super::{Entry, Value};
use crate::diagnostics::Errors;

impl Entry {
    pub(crate) fn name(&self) -> &'static str {
        self.known.name
    }

    /// `key` alone.
    pub(crate) fn flag(&self, errors: &mut Errors) -> bool {
        match &self.value {
            Value::Nothing => return true,
            Value::Broken => {}
            Value::Is(value) => match bool_of(value) {
                Some(LitBool { value: true, .. }) | None => errors.on(
                    value,
                    format!("`{0}` takes no value\nhelp: write `{0}` alone", self.key),
                ),
                Some(_) => errors.on(
                    value,
                    format!(
                        "`{0}` takes no value\nhelp: leave `{0}` out if it does not hold",
                        self.key
                    ),
                ),
            },
            Value::List(paren, _) => errors.at(
                paren.span.join(),
                format!("`{0}` takes no value\nhelp: write `{0}` alone", self.key),
            ),
        }
        false
    }

    /// `key`, `key = true` or `key = false`.
    pub(crate) fn switch(&self, errors: &mut Errors) -> Option<bool> {
        match &self.value {
            Value::Nothing => Some(true),
            Value::Is(value) if bool_of(value).is_some() => bool_of(value).map(|lit| lit.value),
            _ => {
                self.wrong(errors);
                None
            }
        }
    }

    /// `key = "text"`.
    pub(crate) fn text(&self, errors: &mut Errors) -> Option<LitStr> {
        if let Value::Is(value) = &self.value
            && let Some(text) = text_of(value)
        {
            return Some(text.clone());
        }
        self.wrong(errors);
        None
    }

    /// `key = ["text", "text"]`.
    pub(crate) fn texts(&self, errors: &mut Errors) -> Vec<LitStr> {
        let Value::Is(value) = &self.value else {
            self.wrong(errors);
            return Vec::new();
        };
        let Expr::Array(list) = &**value else {
            self.wrong(errors);
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in &list.elems {
            match text_of(item) {
                Some(text) => texts.push(text.clone()),
                None => errors.on(
                    item,
                    format!(
                        "expected a text between quotes\nhelp: write `{}`",
                        self.known.write
                    ),
                ),
            }
        }
        texts
    }

    /// `key = value`, whatever the value is.
    pub(crate) fn value(&self, errors: &mut Errors) -> Option<&Expr> {
        if let Value::Is(value) = &self.value {
            return Some(ungrouped(value));
        }
        self.wrong(errors);
        None
    }

    /// `key(..)`.
    pub(crate) fn list(&self, errors: &mut Errors) -> Option<TokenStream> {
        if let Value::List(_, tokens) = &self.value {
            return Some(tokens.clone());
        }
        self.wrong(errors);
        None
    }

    /// `key(..)`, or `key = ".."`, which is short for the option `short` inside the brackets.
    pub(crate) fn list_or(&self, short: &str, errors: &mut Errors) -> Option<TokenStream> {
        if let Value::Is(value) = &self.value {
            let short = Ident::new(short, self.key.span());
            return Some(quote!(#short = #value));
        }
        self.list(errors)
    }

    /// `key` or `key(..)`.
    pub(crate) fn list_or_nothing(&self, errors: &mut Errors) -> Option<TokenStream> {
        if matches!(self.value, Value::Nothing) {
            return Some(TokenStream::new());
        }
        self.list(errors)
    }

    /// Says what to write, at the value, or at the key where there is none.
    pub(crate) fn wrong(&self, errors: &mut Errors) {
        let (key, write) = (&self.key, self.known.write);
        match &self.value {
            Value::Broken => {}
            Value::Nothing => errors.at(
                key.span(),
                format!("`{key}` needs a value\nhelp: write `{write}`"),
            ),
            Value::Is(value) => errors.on(
                value,
                format!("`{key}` takes no such value\nhelp: write `{write}`"),
            ),
            Value::List(paren, _) => errors.at(
                paren.span.join(),
                format!("`{key}` takes no list in brackets\nhelp: write `{write}`"),
            ),
        }
    }

    pub(crate) fn span(&self) -> Span {
        self.key.span()
    }
}

/// Without the invisible brackets that a `macro_rules!` fragment stands in.
pub(crate) fn ungrouped(mut value: &Expr) -> &Expr {
    while let Expr::Group(group) = value {
        value = &group.expr;
    }
    value
}

pub(crate) fn text_of(value: &Expr) -> Option<&LitStr> {
    match ungrouped(value) {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text),
        _ => None,
    }
}

fn bool_of(value: &Expr) -> Option<&LitBool> {
    match ungrouped(value) {
        Expr::Lit(ExprLit {
            lit: Lit::Bool(lit),
            ..
        }) => Some(lit),
        _ => None,
    }
}
