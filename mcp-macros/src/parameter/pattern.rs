//! The name of a parameter, from its pattern.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::visit::{self, Visit};
use syn::{Ident, LitStr, Pat, PatIdent};

use crate::diagnostics::Errors;

/// The argument's name and where it is written: `#[arg(name = "..")]`, or the only name that the pattern binds.
pub(crate) fn name(
    pattern: &Pat,
    renamed: Option<&LitStr>,
    errors: &mut Errors,
) -> Option<(String, Span)> {
    if let Some(name) = renamed {
        return Some((name.value(), name.span()));
    }
    let mut bound = Bound(Vec::new());
    bound.visit_pat(pattern);
    if let [name] = bound.0.as_slice() {
        return Some((name.unraw().to_string(), name.span()));
    }
    let message = match pattern {
        Pat::Wild(_) => {
            "a parameter needs a name: arguments are read by theirs\nhelp: write `_name`, or leave it out"
        }
        _ if bound.0.is_empty() => {
            "this pattern has no name in it: arguments are read by theirs\nhelp: write a name, and take it apart inside the function"
        }
        _ => {
            "this pattern has several names in it, and the argument one\nhelp: write a name and take it apart inside the function, or add `#[arg(name = \"..\")]`"
        }
    };
    errors.on(pattern, message);
    None
}

struct Bound<'ast>(Vec<&'ast Ident>);

impl<'ast> Visit<'ast> for Bound<'ast> {
    fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
        // `None` looks like a name and is a value.
        if !pattern.ident.to_string().starts_with(char::is_uppercase) {
            self.0.push(&pattern.ident);
        }
        visit::visit_pat_ident(self, pattern);
    }
}
