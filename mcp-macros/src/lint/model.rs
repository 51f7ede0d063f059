//! Work with one right answer, asked of a model: it costs a round, and now and then the answer is wrong.

use proc_macro2::{Ident, Literal, TokenStream, TokenTree};
use syn::Lit;

use super::{Lints, MODEL_WORK};
use crate::docs::Text;
use crate::entry::spelled;
use crate::parameter::Parameter;

/// Arguments that a clock or a counter knows better.
const COMPUTED: &[&str] = &[
    "character_count",
    "char_count",
    "current_date",
    "current_datetime",
    "current_time",
    "current_timestamp",
    "line_count",
    "now",
    "today",
    "word_count",
];

/// What a program does better.
const EXACT: &[&str] = &[
    "add",
    "calculate",
    "compute",
    "count",
    "deduplicate",
    "multiply",
    "parse",
    "reverse",
    "round",
    "sort",
    "subtract",
    "sum",
];

impl Lints<'_> {
    pub(super) fn computed(&mut self, parameters: &[Parameter]) {
        for parameter in parameters {
            let name = parameter.name.wire.as_str();
            let asked = parameter.ty.given().is_none() && spelled(&parameter.ty.tokens) != "bool";
            if asked && COMPUTED.contains(&name) {
                let message = format!(
                    "`{name}` has one right value, which a model guesses at: work it out here, and leave the argument out"
                );
                self.warn(MODEL_WORK, parameter.name.span, message);
            }
            self.orders(&parameter.doc, parameter.name.span);
        }
    }

    /// `You must sort the results.`
    pub(super) fn orders(&mut self, description: &Text, span: proc_macro2::Span) {
        let Text::Known(text) = description else {
            return;
        };
        let Some(verb) = order(text) else { return };
        let message = format!("this has the model {verb}, which has one right result: do it here");
        self.warn(MODEL_WORK, span, message);
    }

    /// `ctx.sample("sum", "Add these numbers: ..", 100)`.
    pub(super) fn sampled(&mut self, tokens: TokenStream) {
        let mut method: Option<Ident> = None;
        for token in tokens {
            match token {
                TokenTree::Ident(word) => method = (word == "sample").then_some(word),
                TokenTree::Group(group) => {
                    let asks = method.take().zip(prompt(group.stream()));
                    if let Some((method, verb)) = asks.and_then(|(method, prompt)| {
                        let first = prompt.split_whitespace().next()?;
                        Some((method, exact(first)?))
                    }) {
                        let message = format!(
                            "what begins with `{verb}` has one right result: work it out here, and ask a model for judgement alone"
                        );
                        self.warn(MODEL_WORK, method.span(), message);
                    }
                    self.sampled(group.stream());
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => method = None,
            }
        }
    }
}

/// The verb of a sentence that has the model compute: `the model should then count the words`.
fn order(text: &str) -> Option<&'static str> {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let is = |word: &String, these: &[&str]| these.contains(&word.as_str());
    words.windows(3).find_map(|window| {
        let [who, how, what] = window else {
            return None;
        };
        let told =
            is(who, &["you", "model", "assistant", "agent", "llm"]) && is(how, &["must", "should"]);
        told.then(|| exact(what)).flatten()
    })
}

fn exact(word: &str) -> Option<&'static str> {
    EXACT
        .iter()
        .copied()
        .find(|verb| word.eq_ignore_ascii_case(verb))
}

/// The text behind the first comma, `format!` or not.
fn prompt(arguments: TokenStream) -> Option<String> {
    let mut rest = arguments.into_iter();
    rest.find(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ','))?;
    rest.find_map(|token| match token {
        TokenTree::Literal(literal) => Some(text(&literal)),
        TokenTree::Group(group) => Some(match group.stream().into_iter().next() {
            Some(TokenTree::Literal(literal)) => text(&literal),
            _ => None,
        }),
        _ => None,
    })?
}

fn text(literal: &Literal) -> Option<String> {
    match Lit::new(literal.clone()) {
        Lit::Str(text) => Some(text.value()),
        _ => None,
    }
}
