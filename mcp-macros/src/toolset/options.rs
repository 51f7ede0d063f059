//! `#[toolset(..)]` as it was written.

use proc_macro2::TokenStream;
use syn::{Ident, LitStr};

use crate::diagnostics::Errors;
use crate::entry::{Entries, Entry, Known};
use crate::function::path;
use crate::policy;

pub(crate) const OPTIONS: [Known; 3] = [
    Known::new("prefix", "prefix = \"crm\""),
    Known::new("tags", "tags = [\"crm\"]"),
    Known::new("crate", "crate = my_crate::mcp_runtime"),
];

/// What was written, value by value.
#[derive(Default)]
pub(super) struct Options {
    /// Every word at the place of an option.
    pub(super) words: Vec<Ident>,
    pub(super) runtime: Option<TokenStream>,
    pub(super) prefix: Option<LitStr>,
    pub(super) tags: Vec<LitStr>,
    pub(super) policies: policy::Written,
}

impl Options {
    pub(super) fn read(attribute: TokenStream, errors: &mut Errors) -> Self {
        let entries = Entries::read(attribute, "toolset", &[&OPTIONS, policy::DEFAULTS], errors);
        let mut options = Self {
            words: entries.keys,
            ..Self::default()
        };
        for entry in &entries.known {
            if options.policies.take(entry, errors) {
                continue;
            }
            match entry.name() {
                "prefix" => options.prefix = prefix(entry, errors),
                "tags" => options.tags = entry.texts(errors),
                _ => options.runtime = path(entry, errors),
            }
        }
        options
    }
}

/// A word that can stand before a tool's name, with a dot between them.
fn prefix(entry: &Entry, errors: &mut Errors) -> Option<LitStr> {
    let prefix = entry.text(errors)?;
    let text = prefix.value();
    let help = "help: write `prefix = \"crm\"`; the tool `merge` is `crm.merge` then";
    if let Some(c) = mcp_grammar::stranger_in_name(&text) {
        errors.on(
            &prefix,
            format!("a tool's name can't contain `{c}`\n{help}"),
        );
    } else if text.is_empty() {
        errors.on(
            &prefix,
            format!("this prefix is empty\n{help}, or leave `prefix` out"),
        );
    } else if text.starts_with('.') || text.ends_with('.') {
        errors.on(
            &prefix,
            format!("the dot between prefix and name comes by itself\n{help}"),
        );
    } else {
        return Some(prefix);
    }
    None
}
