//! `#[complete(function)]`: the function that proposes values for an argument while somebody types.

use syn::{Attribute, Path};

use crate::diagnostics::Errors;

pub(super) fn read(attrs: &[Attribute], errors: &mut Errors) -> Option<Path> {
    let mut attrs = attrs.iter().filter(|attr| attr.path().is_ident("complete"));
    let attr = attrs.next()?;
    if let Some(second) = attrs.next() {
        errors.on(
            second,
            "an argument is completed by one function\nhelp: keep one of the two",
        );
    }
    let path = attr.meta.require_list().and_then(|list| list.parse_args());
    if path.is_err() {
        errors.on(
            attr,
            "`complete` names a function\n\
             help: write `#[complete(focus_areas)]`, with `fn focus_areas(typed: &str) -> Vec<String>`",
        );
    }
    path.ok()
}
