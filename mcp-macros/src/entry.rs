//! What stands between an attribute's brackets: `key`, `key = value` and `key(..)`, with commas between them.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitBool, LitStr, Meta, Token, token};

use crate::diagnostics::Errors;

/// An option that an attribute knows.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    pub(crate) name: &'static str,
    /// The option as somebody would write it: what every message about a wrong value shows.
    pub(crate) write: &'static str,
}

impl Known {
    pub(crate) const fn new(name: &'static str, write: &'static str) -> Self {
        Self { name, write }
    }
}

/// Words of other frameworks and what they are called here.
const ALIASES: &[(&str, &str)] = &[
    ("destructive_hint", "destructive"),
    ("idempotent_hint", "idempotent"),
    ("limit", "rate"),
    ("open_world_hint", "open_world"),
    ("permission", "auth"),
    ("rate_limit", "rate"),
    ("read_only_hint", "read_only"),
    ("requires", "auth"),
    ("scope", "auth"),
    ("scopes", "auth"),
    ("ttl", "cache"),
];

/// One option as it was written.
pub(crate) struct Entry {
    pub(crate) key: Ident,
    pub(crate) known: Known,
    value: Value,
}

enum Value {
    /// `key`
    Nothing,
    /// `key = value`
    Is(Box<Expr>),
    /// `key(..)`
    List(token::Paren, TokenStream),
    /// Something that is reported already.
    Broken,
}

/// An attribute's options.
pub(crate) struct Entries {
    /// Every word that stands where an option can stand, known or not: an editor completes them.
    pub(crate) keys: Vec<Ident>,
    pub(crate) known: Vec<Entry>,
}

impl Entries {
    /// What stands between the brackets of all attributes of this name.
    pub(crate) fn gather(
        attrs: &[Attribute],
        name: &str,
        example: &str,
        errors: &mut Errors,
    ) -> TokenStream {
        let mut tokens = TokenStream::new();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident(name)) {
            match &attr.meta {
                Meta::List(list) => {
                    let inner = &list.tokens;
                    let comma = (!tokens.is_empty()).then(<Token![,]>::default);
                    quote!(#comma #inner).to_tokens(&mut tokens);
                }
                _ => errors.on(
                    attr,
                    format!(
                        "`#[{name}]` has its options in brackets\nhelp: write `#[{name}({example})]`"
                    ),
                ),
            }
        }
        tokens
    }

    /// Reads everything that can be read and reports the rest: unknown options, options twice, missing commas.
    pub(crate) fn read(
        tokens: TokenStream,
        attribute: &str,
        table: &[&[Known]],
        errors: &mut Errors,
    ) -> Self {
        let mut entries = Self {
            keys: Vec::new(),
            known: Vec::new(),
        };
        let reader = |input: ParseStream<'_>| {
            while !input.is_empty() {
                entries.read_one(input, attribute, table, errors);
            }
            Ok(())
        };
        if let Err(error) = reader.parse2(tokens) {
            errors.add(error);
        }
        entries
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Entry> {
        self.known.iter().find(|entry| entry.name() == name)
    }

    fn read_one(
        &mut self,
        input: ParseStream<'_>,
        attribute: &str,
        table: &[&[Known]],
        errors: &mut Errors,
    ) {
        let Ok(key) = input.call(Ident::parse_any) else {
            let example = table.iter().flat_map(|part| part.first()).next();
            let example = example.map_or("", |known| known.write);
            errors.at(
                input.span(),
                format!("expected an option of `{attribute}`, such as `{example}`"),
            );
            return skip_to_next(input);
        };
        self.keys.push(key.clone());
        let name = key.unraw().to_string();
        let known = table.iter().copied().flatten().find(|it| it.name == name);
        let value = read_value(input, known, &key, errors);
        end_of_entry(input, errors);

        let Some(known) = known else {
            errors.at(key.span(), unknown(&name, attribute, table));
            return;
        };
        let repeats = known.name == "allow" || known.name == "custom";
        if !repeats && self.known.iter().any(|entry| entry.key == key) {
            errors.at(
                key.span(),
                format!("`{name}` stands here twice\nhelp: keep one of the two"),
            );
            return;
        }
        self.known.push(Entry {
            key,
            known: *known,
            value,
        });
    }
}

fn read_value(
    input: ParseStream<'_>,
    known: Option<&Known>,
    key: &Ident,
    errors: &mut Errors,
) -> Value {
    if input.peek(token::Paren) {
        if let Ok(TokenTree::Group(group)) = input.parse() {
            let paren = token::Paren {
                span: group.delim_span(),
            };
            return Value::List(paren, group.stream());
        }
    } else if input.parse::<Token![=]>().is_ok() {
        if input.is_empty() || input.peek(Token![,]) {
            let help = known.map_or(String::new(), |known| {
                format!("\nhelp: write `{}`", known.write)
            });
            errors.at(key.span(), format!("`{key}` has no value yet{help}"));
            return Value::Broken;
        }
        return match input.parse() {
            Ok(value) => Value::Is(Box::new(value)),
            Err(error) => {
                errors.add(error);
                skip_to_comma(input);
                Value::Broken
            }
        };
    }
    Value::Nothing
}

fn end_of_entry(input: ParseStream<'_>, errors: &mut Errors) {
    if !input.is_empty() && input.parse::<Token![,]>().is_err() {
        errors.at(input.span(), "expected `,` before the next option");
        // What comes next is most likely an option whose comma was forgotten.
        if !input.peek(Ident::peek_any) {
            skip_to_next(input);
        }
    }
}

fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.parse::<TokenTree>().is_err() {
            return;
        }
    }
}

fn skip_to_next(input: ParseStream<'_>) {
    skip_to_comma(input);
    // There is a comma or nothing: neither is an error.
    let _ = input.parse::<Token![,]>();
}

fn unknown(name: &str, attribute: &str, table: &[&[Known]]) -> String {
    let names = || table.iter().copied().flatten().map(|known| known.name);
    match nearest(name, names()) {
        Some(near) => format!("`{attribute}` has no option `{name}`; did you mean `{near}`?"),
        None => {
            let all: Vec<_> = names().map(|name| format!("`{name}`")).collect();
            format!(
                "`{attribute}` has no option `{name}`\nhelp: its options are {}",
                all.join(", ")
            )
        }
    }
}

/// The known word that somebody who wrote `word` probably meant.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let alias = ALIASES.iter().find(|(other, _)| *other == word);
    let mut best = None;
    for candidate in known {
        if alias.is_some_and(|(_, name)| *name == candidate) {
            return Some(candidate);
        }
        let distance = strsim::damerau_levenshtein(word, candidate);
        let allowed = 1 + candidate.len() / 5;
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

impl Entry {
    pub(crate) fn name(&self) -> &'static str {
        self.known.name
    }

    /// `key` alone.
    pub(crate) fn flag(&self, errors: &mut Errors) -> bool {
        match &self.value {
            Value::Nothing => return true,
            Value::Broken => {}
            Value::Is(value) => match bool_of(value) {
                Some(LitBool { value: true, .. }) | None => errors.on(
                    value,
                    format!("`{0}` takes no value\nhelp: write `{0}` alone", self.key),
                ),
                Some(_) => errors.on(
                    value,
                    format!(
                        "`{0}` takes no value\nhelp: leave `{0}` out if it does not hold",
                        self.key
                    ),
                ),
            },
            Value::List(paren, _) => errors.at(
                paren.span.join(),
                format!("`{0}` takes no value\nhelp: write `{0}` alone", self.key),
            ),
        }
        false
    }

    /// `key`, `key = true` or `key = false`.
    pub(crate) fn switch(&self, errors: &mut Errors) -> Option<bool> {
        match &self.value {
            Value::Nothing => Some(true),
            Value::Is(value) if bool_of(value).is_some() => bool_of(value).map(|lit| lit.value),
            _ => {
                self.wrong(errors);
                None
            }
        }
    }

    /// `key = "text"`.
    pub(crate) fn text(&self, errors: &mut Errors) -> Option<LitStr> {
        if let Value::Is(value) = &self.value
            && let Some(text) = text_of(value)
        {
            return Some(text.clone());
        }
        self.wrong(errors);
        None
    }

    /// `key = ["text", "text"]`.
    pub(crate) fn texts(&self, errors: &mut Errors) -> Vec<LitStr> {
        let Value::Is(value) = &self.value else {
            self.wrong(errors);
            return Vec::new();
        };
        let Expr::Array(list) = &**value else {
            self.wrong(errors);
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in &list.elems {
            match text_of(item) {
                Some(text) => texts.push(text.clone()),
                None => errors.on(
                    item,
                    format!(
                        "expected a text between quotes\nhelp: write `{}`",
                        self.known.write
                    ),
                ),
            }
        }
        texts
    }

    /// `key = value`, whatever the value is.
    pub(crate) fn value(&self, errors: &mut Errors) -> Option<&Expr> {
        if let Value::Is(value) = &self.value {
            return Some(ungrouped(value));
        }
        self.wrong(errors);
        None
    }

    /// `key(..)`.
    pub(crate) fn list(&self, errors: &mut Errors) -> Option<TokenStream> {
        if let Value::List(_, tokens) = &self.value {
            return Some(tokens.clone());
        }
        self.wrong(errors);
        None
    }

    /// `key(..)`, or `key = ".."`, which is short for the option `short` inside the brackets.
    pub(crate) fn list_or(&self, short: &str, errors: &mut Errors) -> Option<TokenStream> {
        if let Value::Is(value) = &self.value {
            let short = Ident::new(short, self.key.span());
            return Some(quote!(#short = #value));
        }
        self.list(errors)
    }

    /// `key` or `key(..)`.
    pub(crate) fn list_or_nothing(&self, errors: &mut Errors) -> Option<TokenStream> {
        if matches!(self.value, Value::Nothing) {
            return Some(TokenStream::new());
        }
        self.list(errors)
    }

    /// Says what to write, at the value, or at the key where there is none.
    pub(crate) fn wrong(&self, errors: &mut Errors) {
        let (key, write) = (&self.key, self.known.write);
        match &self.value {
            Value::Broken => {}
            Value::Nothing => errors.at(
                key.span(),
                format!("`{key}` needs a value\nhelp: write `{write}`"),
            ),
            Value::Is(value) => errors.on(
                value,
                format!("`{key}` takes no such value\nhelp: write `{write}`"),
            ),
            Value::List(paren, _) => errors.at(
                paren.span.join(),
                format!("`{key}` takes no list in brackets\nhelp: write `{write}`"),
            ),
        }
    }

    pub(crate) fn span(&self) -> Span {
        self.key.span()
    }
}

/// Without the invisible brackets that a `macro_rules!` fragment stands in.
pub(crate) fn ungrouped(mut value: &Expr) -> &Expr {
    while let Expr::Group(group) = value {
        value = &group.expr;
    }
    value
}

pub(crate) fn text_of(value: &Expr) -> Option<&LitStr> {
    match ungrouped(value) {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text),
        _ => None,
    }
}

fn bool_of(value: &Expr) -> Option<&LitBool> {
    match ungrouped(value) {
        Expr::Lit(ExprLit {
            lit: Lit::Bool(lit),
            ..
        }) => Some(lit),
        _ => None,
    }
}

/// Tokens as somebody would write them: `Option<&str>`, not `Option < & str >`.
pub(crate) fn spelled(tokens: &impl ToTokens) -> String {
    tokens
        .to_token_stream()
        .to_string()
        .replace(" <", "<")
        .replace("< ", "<")
        .replace(" >", ">")
        .replace("& ", "&")
        .replace(" ,", ",")
        .replace(" :: ", "::")
        .replace(":: ", "::")
}
