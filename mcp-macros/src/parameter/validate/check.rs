//! Rules that cannot be meant: bounds that nothing fits, and types that a rule says nothing about.

use syn::{Expr, ExprLit, ExprUnary, Lit, UnOp};

use super::super::arg::not_read;
use super::super::ty::Type;
use super::Options;
use crate::diagnostics::Errors;
use crate::entry::{Entry, Known, ungrouped};

/// At least one bound, and the lower one not above the upper one.
pub(super) fn bounds(options: &Options, [min, max]: [&Option<Expr>; 2], errors: &mut Errors) {
    let Known { name, write } = options.whole;
    let written = options.entries.known.iter();
    if !options.broken && written.filter(|entry| entry.name() != "message").count() == 0 {
        errors.at(
            options.span,
            format!("`{name}` has no bound\nhelp: write `{write}`"),
        );
    }
    if let (Some(min), Some(max)) = (min, max)
        && let (Some(least), Some(most)) = (number(min), number(max))
        && least > most
    {
        errors.on(
            max,
            format!("no value fits: the lower bound of `{name}` is above the upper one"),
        );
    }
}

/// A number that is written out.
fn number(value: &Expr) -> Option<f64> {
    match ungrouped(value) {
        Expr::Lit(ExprLit {
            lit: Lit::Int(int), ..
        }) => int.base10_parse().ok(),
        Expr::Lit(ExprLit {
            lit: Lit::Float(float),
            ..
        }) => float.base10_parse().ok(),
        Expr::Unary(ExprUnary {
            op: UnOp::Neg(_),
            expr,
            ..
        }) => number(expr).map(|number| -number),
        _ => None,
    }
}

/// Rules that cannot be meant of a type whose name everybody knows. The compiler knows the rest, in less helpful words.
pub(super) fn check_type(entry: &Entry, ty: &Type, errors: &mut Errors) {
    let (rule, name) = (entry.name(), ty.name());
    if let Some(given) = ty.given() {
        return errors.at(entry.span(), not_read(given, name, "#[validate]"));
    }
    let number = matches!(
        name,
        "i8" | "i16"
            | "i32"
            | "i64"
            | "i128"
            | "isize"
            | "u8"
            | "u16"
            | "u32"
            | "u64"
            | "u128"
            | "usize"
            | "f32"
            | "f64"
    );
    let text = matches!(name, "str" | "String");
    let of_text = !matches!(
        rule,
        "range" | "required" | "nested" | "custom" | "must_match"
    );
    let help = match rule {
        _ if number && of_text => "it checks texts\nhelp: a number has `range(min = 1, max = 100)`",
        _ if name == "bool" && (of_text || rule == "range") => {
            "there is nothing to check of a `bool`\nhelp: remove it"
        }
        "range" if text => "it checks numbers\nhelp: a text has `length(min = 1, max = 80)`",
        "required" if !ty.is_optional() => {
            "an argument that is no `Option` is required already\nhelp: remove it"
        }
        "nested" if text || number => "it checks what is inside a struct\nhelp: remove it",
        _ => return,
    };
    errors.at(
        entry.span(),
        format!("`{rule}` can't be asked of `{name}`: {help}"),
    );
}
