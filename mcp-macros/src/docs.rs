//! Doc comments as descriptions for a model.

use mcp_grammar::Prose;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, LitStr, Meta};

use crate::entry::text_of;

/// Headings of Rust's own conventions: what stands under them speaks to callers of the function, not to a model.
const FOR_RUST: &[&str] = &[
    "# Errors",
    "# Examples",
    "# Example",
    "# Panics",
    "# Safety",
];

/// A description: known text, or an expression that the compiler knows (`include_str!(..)`).
pub(crate) enum Text {
    Known(String),
    Tokens(TokenStream),
}

impl Text {
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Known(text) if text.is_empty())
    }
}

impl ToTokens for Text {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Known(text) => text.to_tokens(tokens),
            Self::Tokens(expression) => expression.to_tokens(tokens),
        }
    }
}

/// The documentation in these attributes, without the indentation and without the sections for Rust callers.
pub(crate) fn description(attrs: &[Attribute]) -> Text {
    let values: Vec<_> = attrs.iter().filter_map(doc).collect();
    let texts = values.iter().map(|value| text_of(value));
    if let Some(texts) = texts.collect::<Option<Vec<_>>>() {
        let lines = texts.iter().map(|text| text.value()).collect::<Vec<_>>();
        return Text::Known(tidy(&lines.join("\n")));
    }
    // `include_str!(..)` is known to the compiler alone.
    Text::Tokens(quote!(::core::concat!(#(#values, "\n"),*)))
}

/// `{names}` in the documentation, each with its place. What stands between backticks is an example and means itself.
pub(crate) fn placeholders(attrs: &[Attribute]) -> Vec<(String, Span)> {
    let mut prose = Prose::default();
    let texts = attrs.iter().filter_map(doc).filter_map(text_of);
    texts
        .flat_map(|text| placeholders_of(&mut prose, text))
        .collect()
}

/// The same in a text of its own.
pub(crate) fn placeholders_in(text: &LitStr) -> Vec<(String, Span)> {
    placeholders_of(&mut Prose::default(), text)
}

fn placeholders_of(prose: &mut Prose, text: &LitStr) -> Vec<(String, Span)> {
    let value = text.value();
    let names = prose.placeholders(&value).into_iter();
    names.map(|name| (name.to_owned(), text.span())).collect()
}

fn doc(attr: &Attribute) -> Option<&Expr> {
    match &attr.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => Some(&meta.value),
        _ => None,
    }
}

fn tidy(text: &str) -> String {
    let written = || text.lines().filter(|line| !line.trim().is_empty());
    let indent = written()
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    let spoken: Vec<_> = text
        .lines()
        .map(|line| line.get(indent..).unwrap_or("").trim_end())
        .take_while(|line| !FOR_RUST.contains(line))
        .collect();
    spoken.join("\n").trim().to_owned()
}
