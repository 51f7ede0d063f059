//! What is behind a tool showing through it: a query language as an argument, the text of a library's error as an answer.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

use super::{LEAKY_ABSTRACTION, Lints};
use crate::parameter::Parameter;

/// Arguments in the language of what is behind a tool.
const LANGUAGES: &[&str] = &[
    "column_name",
    "connection_string",
    "cypher_query",
    "dsn",
    "graphql_query",
    "http_headers",
    "http_method",
    "raw_sql",
    "shell_command",
    "sql",
    "sql_query",
    "table_name",
    "where_clause",
];

/// What makes an error that a model reads. Of arguments that cannot be used, whoever reads them is the one to tell.
const TOLD: &[&str] = &[
    "conflict",
    "failed",
    "forbidden",
    "new",
    "not_found",
    "timeout",
    "transient",
];

impl Lints<'_> {
    pub(super) fn languages(&mut self, parameters: &[Parameter]) {
        for parameter in parameters {
            let name = parameter.name.wire.as_str();
            if parameter.ty.given().is_none() && LANGUAGES.contains(&name) {
                let message = format!(
                    "`{name}` hands callers the language of what is behind the tool, and all that can be said in it: take what \
                     they want to know, and write the rest here"
                );
                self.warn(LEAKY_ABSTRACTION, parameter.name.span, message);
            }
        }
    }

    /// `.map_err(|error| ToolError::failed(error.to_string()))`.
    pub(super) fn passed_on(&mut self, tokens: TokenStream) {
        let mut maps: Option<Ident> = None;
        for token in tokens {
            match token {
                TokenTree::Ident(word) => maps = (word == "map_err").then_some(word),
                TokenTree::Group(group) => {
                    let inner = group.stream();
                    if let Some(word) = maps.take()
                        && group.delimiter() == Delimiter::Parenthesis
                        && passes_on(inner.clone())
                    {
                        self.warn(
                            LEAKY_ABSTRACTION,
                            word.span(),
                            "the text of an error from below may name hosts, paths and rows, and the model reads it: say what \
                             happened in the tool's own words, and add `.cause(..)` for the log; `?` alone does as much",
                        );
                    }
                    self.passed_on(inner);
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => maps = None,
            }
        }
    }
}

/// Whether a closure makes a model's error of its argument's text.
fn passes_on(closure: TokenStream) -> bool {
    let tokens: Vec<TokenTree> = closure.into_iter().collect();
    let [
        TokenTree::Punct(open),
        TokenTree::Ident(error),
        TokenTree::Punct(close),
        body @ ..,
    ] = tokens.as_slice()
    else {
        return false;
    };
    open.as_char() == '|' && close.as_char() == '|' && tells(body, &error.to_string())
}

fn tells(body: &[TokenTree], error: &str) -> bool {
    body.windows(5).any(|window| {
        let [
            TokenTree::Ident(ty),
            TokenTree::Punct(_),
            TokenTree::Punct(_),
            TokenTree::Ident(how),
            TokenTree::Group(given),
        ] = window
        else {
            return false;
        };
        let makes = ty == "ToolError" && TOLD.iter().any(|told| how == told);
        makes && is_text_of(&given.stream().to_string(), error)
    }) || body.iter().any(|token| match token {
        TokenTree::Group(group) => {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            tells(&inner, error)
        }
        _ => false,
    })
}

/// Whether arguments are an error's text: `error.to_string()`, or a `format!` with it inside.
fn is_text_of(arguments: &str, error: &str) -> bool {
    let spaceless: String = arguments.split_whitespace().collect();
    let inside = [
        format!("{{{error}}}"),
        format!("{{{error}:?}}"),
        format!("{{{error}:#}}"),
    ];
    spaceless.ends_with(&format!("{error}.to_string()"))
        || spaceless.contains("format!(")
            && (inside.iter().any(|named| spaceless.contains(named))
                || spaceless.contains(&format!(",{error})")))
}
