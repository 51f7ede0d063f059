//! `#[toolset]`: an inline module or an `impl` block gathers its tools, and gives them what they do not say themselves.

mod body;
mod defaults;
mod expand;
mod options;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

use self::body::{Body, Container, Piece};
pub(crate) use self::defaults::Defaults;
#[cfg(test)]
pub(crate) use self::options::OPTIONS;
use self::options::Options;
use crate::diagnostics::Errors;
use crate::entry::spelled;
use crate::function::{self, Part, Place};
use crate::ide;
use crate::twin::Role;

/// The module or the methods as they were, their list beside them, and everything that is wrong with the two.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let options = Options::read(attribute, &mut errors);
    let runtime = options.runtime.clone();
    let runtime = runtime.unwrap_or_else(|| quote!(::mcp_runtime));
    let completions = ide::completions(&runtime, "toolset", &options.words);
    let body = match Body::read(item, &mut errors) {
        Ok(body) => body,
        Err(item) => return quote!(#completions #errors #item),
    };

    let defaults = Defaults::new(&options, &mut errors);
    let place = Place {
        defaults: Some(&defaults),
        methods: matches!(body.container, Container::Methods { .. }),
    };
    let mut items = Vec::new();
    let mut paths: Vec<Path> = Vec::new();
    let mut names = Names::default();
    for piece in body.pieces() {
        items.push(match piece {
            Piece::Other(tokens) => expand::Item::Other(tokens),
            Piece::Item(written) => {
                if !paths.iter().any(|it| spelled(it) == spelled(&written.path)) {
                    paths.push(written.path);
                }
                let part = function::part(written.role, written.options, written.item, place);
                names.check(&part, &mut errors);
                expand::Item::Made(Box::new(part))
            }
        });
    }
    if names.items == 0 {
        errors.at(
            body.keyword,
            "this toolset has no tools\nhelp: write `#[tool]` on the functions that are tools",
        );
    }
    let set = expand::Set {
        runtime: &runtime,
        options: &options,
        body: &body,
        paths: &paths,
        errors: &errors,
    };
    set.expand(completions, items)
}

/// What is known by which name in one toolset.
#[derive(Default)]
struct Names {
    items: usize,
    seen: HashSet<(Role, String)>,
}

impl Names {
    /// Reports a name that another one of the same kind has. Under conditions, perhaps only one of the two is there: const evaluation sees which.
    fn check(&mut self, part: &Part, errors: &mut Errors) {
        self.items += 1;
        let Some(made) = &part.made else { return };
        if !made.conditions.is_empty() {
            return;
        }
        if !self.seen.insert((made.role, made.name.clone())) {
            let (noun, name) = (made.role.noun(), &made.name);
            let message = match made.role {
                Role::Resource => format!(
                    "another resource of this toolset is at `{name}` too\nhelp: give each its own address"
                ),
                Role::Tool | Role::Prompt => format!(
                    "another {noun} of this toolset is named `{name}` too\nhelp: rename one with `name = \"..\"`"
                ),
            };
            errors.at(made.name_span, message);
        }
    }
}
