//! `#[resource("..", ..)]` and `#[prompt(..)]` as they were written.

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, ExprLit, Lit, LitStr, Path, Token};

use crate::diagnostics::Errors;
use crate::entry::{Entries, Entry, Known, text_of, ungrouped};
use crate::function::Options;
use crate::policy;
use crate::twin::Role;

/// What both have, beside policies.
const BOTH: [Known; 10] = [
    Known::new("name", "name = \"code_review\""),
    Known::new("title", "title = \"Review code\""),
    Known::new("description", "description = \"Ask for a code review.\""),
    Known::new("tags", "tags = [\"code\"]"),
    Known::new("icons", "icons = [\"https://example.com/icon.png\"]"),
    Known::new("meta", "meta(\"com.example/team\" = \"tools\")"),
    Known::new("blocking", "blocking"),
    Known::new("visible", "visible = \"always\""),
    Known::new("allow", "allow(blocking_io, \"reads one small file\")"),
    Known::new("crate", "crate = my_crate::mcp_runtime"),
];

/// What only a resource has.
pub(crate) const RESOURCE_OPTIONS: [Known; 5] = [
    Known::new("mime", "mime = \"application/json\""),
    Known::new("size", "size = 1024"),
    Known::new("audience", "audience = [\"user\", \"assistant\"]"),
    Known::new("priority", "priority = 0.8"),
    Known::new("list", "list = customers"),
];

/// What both have that tools have too: all but what is about changing something.
pub(crate) fn shared() -> Vec<Known> {
    let reads = |known: &Known| super::refused(Role::Prompt.noun(), known.name).is_none();
    let policies = policy::OPTIONS.into_iter().filter(reads);
    BOTH.into_iter().chain(policies).collect()
}

/// What the attribute says beyond what a tool's could.
pub(crate) enum Own {
    Resource(Box<Resource>),
    Prompt,
}

/// What only a resource's attribute says.
#[derive(Default)]
pub(crate) struct Resource {
    pub(crate) uri: Option<LitStr>,
    pub(super) mime: Option<LitStr>,
    pub(super) size: Option<Expr>,
    pub(super) audience: Vec<LitStr>,
    pub(super) priority: Option<Expr>,
    pub(super) list: Option<Path>,
}

pub(super) fn read(role: Role, attribute: TokenStream, errors: &mut Errors) -> (Options, Own) {
    let shared = shared();
    if role == Role::Prompt {
        let entries = Entries::read(attribute, role.noun(), &[&shared], errors);
        return (Options::of(role, &entries, errors), Own::Prompt);
    }
    let (uri, rest) = uri(attribute, errors);
    let tables = [RESOURCE_OPTIONS.as_slice(), &shared];
    let entries = Entries::read(rest, role.noun(), &tables, errors);
    let mut resource = Resource {
        uri,
        ..Resource::default()
    };
    for entry in &entries.known {
        resource.take(entry, errors);
    }
    let options = Options::of(role, &entries, errors);
    (options, Own::Resource(Box::new(resource)))
}

/// The address, which comes first and has no name.
fn uri(attribute: TokenStream, errors: &mut Errors) -> (Option<LitStr>, TokenStream) {
    let all = attribute.clone();
    let parts = |input: ParseStream<'_>| {
        let uri: LitStr = input.parse()?;
        let ended = input.is_empty() || input.parse::<Token![,]>().is_ok();
        Ok((uri, ended, input.span(), input.parse::<TokenStream>()?))
    };
    match parts.parse2(attribute) {
        Ok((uri, ended, span, rest)) => {
            if !ended {
                errors.at(span, "expected `,` before the next option");
            }
            (Some(uri), rest)
        }
        Err(error) => {
            errors.at(
                error.span(),
                "a resource's address comes first, between quotes\n\
                 help: write `#[resource(\"crm://customers/{id}\")]`",
            );
            (None, all)
        }
    }
}

impl Resource {
    fn take(&mut self, entry: &Entry, errors: &mut Errors) {
        match entry.name() {
            "mime" => {
                self.mime = entry.text(errors);
                if let Some(mime) = &self.mime {
                    check_mime(mime, errors);
                }
            }
            "size" => self.size = number(entry, errors),
            "audience" => {
                self.audience = entry.texts(errors);
                for who in &self.audience {
                    if !matches!(who.value().as_str(), "user" | "assistant") {
                        errors.on(
                            who,
                            "a resource is for the user, the assistant or both\n\
                             help: write `audience = [\"user\", \"assistant\"]`",
                        );
                    }
                }
            }
            "priority" => {
                self.priority = number(entry, errors);
                if let Some(priority) = &self.priority {
                    check_priority(priority, errors);
                }
            }
            "list" => self.list = path(entry, errors),
            _ => {}
        }
    }
}

fn check_mime(mime: &LitStr, errors: &mut Errors) {
    let text = mime.value();
    let parts = text.split_once('/');
    let word = |word: &str| !word.is_empty() && !word.contains([' ', '/']);
    let essence = |rest: &str| rest.split(';').next().is_some_and(word);
    if !parts.is_some_and(|(kind, rest)| word(kind) && essence(rest)) {
        errors.on(
            mime,
            "this is no media type\nhelp: write one such as \"application/json\"",
        );
    }
}

fn check_priority(priority: &Expr, errors: &mut Errors) {
    if let Expr::Lit(ExprLit { lit, .. }) = priority {
        let value = match lit {
            Lit::Float(float) => float.base10_parse::<f32>().ok(),
            _ => None,
        };
        if !value.is_some_and(|value| (0.0..=1.0).contains(&value)) {
            errors.on(
                priority,
                "a priority is a number from 0.0 to 1.0\nhelp: write `priority = 0.8`",
            );
        }
    }
}

/// A number, or a constant that is one.
fn number(entry: &Entry, errors: &mut Errors) -> Option<Expr> {
    let value = entry.value(errors)?;
    if text_of(value).is_some() || matches!(value, Expr::Array(_)) {
        entry.wrong(errors);
        return None;
    }
    Some(value.clone())
}

fn path(entry: &Entry, errors: &mut Errors) -> Option<Path> {
    if let Expr::Path(path) = ungrouped(entry.value(errors)?) {
        return Some(path.path.clone());
    }
    entry.wrong(errors);
    None
}
