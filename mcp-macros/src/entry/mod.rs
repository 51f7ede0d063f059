//! What stands between an attribute's brackets: `key`, `key = value` and `key(..)`, with commas between them.

mod value;
mod words;

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Expr, Ident, Meta, Token, token};

pub(crate) use self::value::{text_of, ungrouped};
pub(crate) use self::words::{nearest, spelled};
use crate::diagnostics::Errors;
use crate::item::refused;

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
    if let Some(why) = refused(attribute, name) {
        return why;
    }
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
