//! The policies, as options of any attribute. Their texts are read by `mcp-grammar`, with which the runtime reads them too.

mod mention;
mod text;

use mcp_grammar::{Confirm, Policies, TaskSupport};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Expr, ExprArray, ExprLit, Ident, Lit, LitStr};

pub(crate) use self::mention::Mention;
use self::mention::mention;
use self::text::type_of;
use crate::diagnostics::Errors;
use crate::entry::{Entry, Known, text_of, ungrouped};

pub(crate) const OPTIONS: [Known; 18] = [
    Known::new("auth", "auth = \"orders:read\""),
    Known::new("when", "when = \"claim.org == arg.org\""),
    Known::new("rate", "rate = \"10/s\""),
    Known::new("cache", "cache = \"60s\""),
    Known::new("invalidates", "invalidates = \"tags(user:{id})\""),
    Known::new("timeout", "timeout = \"30s\""),
    Known::new("retry", "retry = \"3\""),
    Known::new("breaker", "breaker = \"5 fails open 30s\""),
    Known::new("concurrency", "concurrency = \"8 queue 32 wait 2s\""),
    Known::new("max_in", "max_in = \"256KB\""),
    Known::new("max_out", "max_out = \"25000tok truncate\""),
    Known::new("audit", "audit = \"args\""),
    Known::new("confirm", "confirm = \"Delete {path}?\""),
    Known::new("confirm_ttl", "confirm_ttl = \"5m\""),
    Known::new("idempotency", "idempotency = \"24h\""),
    Known::new("task", "task = \"optional\""),
    Known::new("ttl", "ttl = \"10m\""),
    Known::new(
        "deprecated",
        "deprecated = \"use search_v2; sunset 2027-01-31\"",
    ),
];

/// The policies that a toolset can declare for its tools: all but the last ones, `task`, `ttl` and `deprecated`, which speak of one tool.
pub(crate) const DEFAULTS: &[Known] = OPTIONS.split_at(OPTIONS.len() - 3).0;

/// The policies of one attribute as they were written.
#[derive(Default)]
pub(crate) struct Written(Vec<Declared>);

struct Declared {
    key: Ident,
    name: &'static str,
    values: Vec<Value>,
}

enum Value {
    Text(LitStr, String),
    /// A constant of the user's, which const evaluation checks.
    Constant(Expr),
}

impl Written {
    /// Takes an option that is a policy, and says whether it is one.
    pub(crate) fn take(&mut self, entry: &Entry, errors: &mut Errors) -> bool {
        let name = entry.name();
        if !OPTIONS.iter().any(|known| known.name == name) {
            return false;
        }
        if let Some(value) = entry.value(errors) {
            let mut values = Vec::new();
            match value {
                Expr::Array(list) if name == "rate" && !list.elems.is_empty() => {
                    values.extend(list.elems.iter().filter_map(|one| read(entry, one, errors)));
                }
                Expr::Array(list) if name == "auth" => errors.on(list, several_scopes(list)),
                one => values.extend(read(entry, one, errors)),
            }
            let key = entry.key.clone();
            self.0.push(Declared { key, name, values });
        }
        true
    }

    /// The policies whose texts are known, and the arguments that those name. The rest is reported.
    pub(crate) fn read(&self, errors: &mut Errors) -> (Policies<'_>, Vec<Mention<'_>>) {
        let (mut policies, mut mentions) = (Policies::new(), Vec::new());
        for Declared { name, values, .. } in &self.0 {
            for value in values {
                if let Value::Text(literal, text) = value {
                    match policies.read(name, text) {
                        Ok(()) => mention(&policies, name, literal, &mut mentions),
                        Err(error) => errors.on(literal, error),
                    }
                }
            }
        }
        self.check_ttl(&policies, errors);
        self.add_ttl(&mut policies, errors);
        (policies, mentions)
    }

    /// How long a task is kept, which may be written before the task.
    fn add_ttl(&self, policies: &mut Policies<'_>, errors: &mut Errors) {
        let Some(ttl) = self.declared("ttl") else {
            return;
        };
        let text = match ttl.values.first() {
            Some(Value::Text(_, text)) => Some(text),
            _ => None,
        };
        policies.task = match (policies.task, text) {
            (Some(task), Some(text)) => TaskSupport::parse_ttl(text)
                .map(|ttl| TaskSupport { ttl, ..task })
                .ok(),
            // What contradicts a constant is for const evaluation to find.
            _ => None,
        };
        if self.key("task").is_none() {
            errors.at(
                ttl.key.span(),
                "nothing runs as a task, so there is none to keep\n\
                 help: remove `ttl`, or add `task = \"optional\"`",
            );
        }
    }

    fn check_ttl(&self, policies: &Policies<'_>, errors: &mut Errors) {
        let nobody =
            matches!(policies.confirm, Some(Confirm::Never)) || self.key("confirm").is_none();
        if let (Some(key), true) = (self.key("confirm_ttl"), nobody) {
            errors.at(
                key,
                "nobody is asked, so there is no approval that could end\n\
                 help: remove `confirm_ttl`, or add `confirm = \"Delete {path}?\"`",
            );
        }
    }

    /// Where a policy is written.
    pub(crate) fn key(&self, name: &str) -> Option<Span> {
        self.declared(name).map(|declared| declared.key.span())
    }

    fn declared(&self, name: &str) -> Option<&Declared> {
        self.0.iter().find(|declared| declared.name == name)
    }

    /// Where a policy is a constant, which only const evaluation knows.
    pub(crate) fn constant(&self) -> Option<Span> {
        let constant = |declared: &&Declared| {
            let mut values = declared.values.iter();
            values.any(|value| matches!(value, Value::Constant(_)))
        };
        let declared = self.0.iter().find(constant);
        declared.map(|declared| declared.key.span())
    }

    /// Builder calls: one for all texts, or where something is a constant one for each policy.
    pub(crate) fn calls(&self) -> TokenStream {
        if self.0.is_empty() {
            return TokenStream::new();
        }
        match self.constant() {
            None => self.texts(),
            Some(_) => self.typed(),
        }
    }

    /// Builder calls, one for each policy, for const evaluation to look into.
    pub(crate) fn typed(&self) -> TokenStream {
        let mut calls = TokenStream::new();
        for Declared { name, values, .. } in &self.0 {
            let Some(ty) = type_of(name) else { continue };
            let (method, ty) = (call_site(name), call_site(ty));
            for value in values {
                let value = match value {
                    Value::Text(literal, _) => quote!(__mcp::#ty::new(#literal)),
                    Value::Constant(value) => quote!(#value),
                };
                let ttl = match *name {
                    "confirm" => self.ttl("confirm_ttl"),
                    "task" => self.ttl("ttl"),
                    _ => None,
                };
                calls.extend(quote!(.#method(#value #ttl)));
            }
        }
        calls
    }

    /// What was read here and found right is read again when the server is built: const evaluation would take a hundred times as long.
    /// The parts of other policies come last.
    fn texts(&self) -> TokenStream {
        let (whole, parts): (Vec<_>, Vec<_>) =
            self.0.iter().partition(|it| type_of(it.name).is_some());
        let options = whole.into_iter().chain(parts);
        let texts = options.flat_map(|Declared { name, values, .. }| {
            let texts = values.iter().filter_map(|value| match value {
                Value::Text(literal, _) => Some(literal),
                Value::Constant(_) => None,
            });
            texts.map(move |text| quote!((#name, #text)))
        });
        quote!(.policies(&[#(#texts),*]))
    }

    fn ttl(&self, option: &str) -> Option<TokenStream> {
        Some(match self.declared(option)?.values.first()? {
            Value::Text(literal, _) => quote!(.ttl(#literal)),
            Value::Constant(value) => quote!(.ttl(#value)),
        })
    }
}

fn call_site(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

fn read(entry: &Entry, value: &Expr, errors: &mut Errors) -> Option<Value> {
    if let Some(text) = text_of(value) {
        return Some(Value::Text(text.clone(), text.value()));
    }
    let in_quotes = match ungrouped(value) {
        // `timeout = 30s` is a number with an ending, so the user's words can be said back.
        Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        }) if Policies::new()
            .read(entry.name(), &number.to_string())
            .is_ok() =>
        {
            number.to_string()
        }
        Expr::Path(path) if path.path.get_ident().is_some_and(is_word) => quote!(#path).to_string(),
        Expr::Lit(_) | Expr::Array(_) => {
            entry.wrong(errors);
            return None;
        }
        constant => return Some(Value::Constant(constant.clone())),
    };
    let name = entry.name();
    errors.on(
        value,
        format!(
            "the value of `{name}` stands between quotes\nhelp: write `{name} = \"{in_quotes}\"`"
        ),
    );
    None
}

/// Whether this is a word, and not a constant's name.
fn is_word(ident: &Ident) -> bool {
    ident.to_string().starts_with(char::is_lowercase)
}

fn several_scopes(list: &ExprArray) -> String {
    let scopes: Option<Vec<_>> = list
        .elems
        .iter()
        .map(|scope| text_of(scope).map(LitStr::value))
        .collect();
    let scopes = scopes.filter(|scopes| !scopes.is_empty());
    let scopes = scopes.unwrap_or_else(|| vec!["orders:read".to_owned()]);
    format!(
        "`auth` is one rule\nhelp: write `auth = \"{}\"` if all are needed, `auth = \"{}\"` if one is enough",
        scopes.join(" & "),
        scopes.join(" | ")
    )
}
