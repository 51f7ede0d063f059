//! `meta("com.example/team" = "orders")`: entries of the tool's `_meta`, written as Rust literals and sent as JSON.

use std::fmt::Write;

use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, ExprUnary, Ident, Lit, LitStr, Token, UnOp};

use crate::diagnostics::Errors;
use crate::entry::{Entry, ungrouped};

/// Each key with its value as JSON text.
pub(super) fn read(entry: &Entry, errors: &mut Errors) -> Vec<(LitStr, String)> {
    let pairs = |input: ParseStream<'_>| input.parse_terminated(pair, Token![,]);
    let pairs: Punctuated<_, _> = match entry.list(errors).map(|list| pairs.parse2(list)) {
        Some(Ok(pairs)) => pairs,
        Some(Err(error)) => {
            errors.add(error);
            return Vec::new();
        }
        None => return Vec::new(),
    };
    let mut read: Vec<(LitStr, String)> = Vec::new();
    for (key, value) in pairs {
        if read.iter().any(|(other, _)| other.value() == key.value()) {
            errors.on(
                &key,
                "this key stands here twice\nhelp: keep one of the two",
            );
        }
        check_key(&key, errors);
        let mut json = String::new();
        if write_json(&value, &mut json) {
            read.push((key, json));
        } else {
            errors.on(
                &value,
                "a value of `meta` is a text, a number, `true`, `false` or a list of those\n\
                 help: write `meta(\"com.example/team\" = \"orders\")`",
            );
        }
    }
    read
}

/// `"com.example/team" = "orders"`, or `team = "orders"`.
fn pair(input: ParseStream<'_>) -> syn::Result<(LitStr, Expr)> {
    let key = if input.peek(LitStr) {
        input.parse()?
    } else {
        let word = input.call(Ident::parse_any)?;
        LitStr::new(&word.unraw().to_string(), word.span())
    };
    input.parse::<Token![=]>()?;
    Ok((key, input.parse()?))
}

/// The protocol's rule for `_meta`: a name, perhaps with a reverse-DNS prefix that is not the protocol's own.
fn check_key(key: &LitStr, errors: &mut Errors) {
    let text = key.value();
    let (prefix, name) = text.rsplit_once('/').unwrap_or(("", &text));
    let word = |text: &str| {
        let edge = |c: char| c.is_ascii_alphanumeric();
        text.starts_with(edge)
            && text.ends_with(edge)
            && text
                .chars()
                .all(|c| edge(c) || matches!(c, '-' | '_' | '.'))
    };
    if !word(name) || !prefix.is_empty() && !prefix.split('.').all(word) {
        errors.on(
            key,
            "this is no key of `_meta`\nhelp: write a name such as \"com.example/team\"",
        );
    } else if let Some("mcp" | "modelcontextprotocol") = prefix.split('.').nth(1) {
        errors.on(
            key,
            format!("the prefix `{prefix}` is the protocol's own\nhelp: write a domain of yours, backwards, as in \"com.example/{name}\""),
        );
    }
}

/// Writes a literal as JSON, if it is one that JSON has.
fn write_json(value: &Expr, json: &mut String) -> bool {
    match ungrouped(value) {
        Expr::Lit(ExprLit { lit, .. }) => match lit {
            Lit::Str(text) => write_text(&text.value(), json),
            Lit::Bool(flag) => json.push_str(if flag.value { "true" } else { "false" }),
            Lit::Int(number) => json.push_str(number.base10_digits()),
            Lit::Float(number) => {
                json.push_str(number.base10_digits());
                if json.ends_with('.') {
                    json.push('0');
                }
            }
            _ => return false,
        },
        Expr::Unary(ExprUnary {
            op: UnOp::Neg(_),
            expr,
            ..
        }) => {
            json.push('-');
            return matches!(
                &**expr,
                Expr::Lit(ExprLit {
                    lit: Lit::Int(_) | Lit::Float(_),
                    ..
                })
            ) && write_json(expr, json);
        }
        Expr::Array(list) => {
            json.push('[');
            for (index, item) in list.elems.iter().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                if !write_json(item, json) {
                    return false;
                }
            }
            json.push(']');
        }
        _ => return false,
    }
    true
}

fn write_text(text: &str, json: &mut String) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            c if c.is_control() => {
                // Writing to a `String` cannot fail.
                let _ = write!(json, "\\u{:04x}", u32::from(c));
            }
            c => json.push(c),
        }
    }
    json.push('"');
}
