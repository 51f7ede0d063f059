//! The name of a parameter, from its pattern.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::visit::{self, Visit};
use syn::{Ident, LitStr, Pat, PatIdent};

use crate::diagnostics::Errors;

/// What a parameter is called.
pub(crate) struct Name {
    /// The argument's name in JSON: `#[arg(name = "..")]`, or the only name that the pattern binds.
    pub(crate) wire: String,
    /// Where that is written.
    pub(crate) span: Span,
    /// The name that the pattern binds, if there is one alone.
    pub(crate) bound: Option<String>,
}

impl Name {
    /// Whether the argument is named as the parameter is.
    pub(crate) fn is_own(&self) -> bool {
        self.bound.as_ref() == Some(&self.wire)
    }

    pub(super) fn read(
        pattern: &Pat,
        renamed: Option<&LitStr>,
        errors: &mut Errors,
    ) -> Option<Self> {
        let mut bound = Bound(Vec::new());
        bound.visit_pat(pattern);
        let single = match bound.0.as_slice() {
            [name] => Some(*name),
            _ => None,
        };
        let own = single.map(|name| name.unraw().to_string());
        if let Some((wire, span)) = renamed
            .map(|name| (name.value(), name.span()))
            .or_else(|| own.clone().zip(single.map(Ident::span)))
        {
            return Some(Self {
                wire,
                span,
                bound: own,
            });
        }
        errors.on(pattern, nameless(pattern, &bound));
        None
    }
}

fn nameless(pattern: &Pat, bound: &Bound<'_>) -> &'static str {
    if matches!(pattern, Pat::Wild(_)) {
        "a parameter needs a name: arguments are read by theirs\n\
         help: write `_name`, or leave it out"
    } else if bound.0.is_empty() {
        "this pattern has no name in it: arguments are read by theirs\n\
         help: write a name, and take it apart inside the function"
    } else {
        "this pattern has several names in it, and the argument one\n\
         help: write a name and take it apart inside the function, or add `#[arg(name = \"..\")]`"
    }
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
