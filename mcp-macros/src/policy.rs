//! The policies, as options of any attribute. Their texts are read by `mcp-grammar`, with which the runtime reads them too.

use mcp_grammar::{
    Audit, Auth, Breaker, Cache, Concurrency, Confirm, Cost, Deprecated, Error, Field, Idempotency,
    Invalidates, Key, Keys, Policies, Rate, Retry, Size, Tags, Timeout, When,
};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Expr, ExprArray, ExprLit, Ident, Lit, LitStr};

use crate::diagnostics::Errors;
use crate::entry::{Entry, Known, text_of, ungrouped};

pub(crate) const OPTIONS: [Known; 16] = [
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
    Known::new(
        "deprecated",
        "deprecated = \"use search_v2; sunset 2027-01-31\"",
    ),
];

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

/// An argument that a policy's text names.
pub(crate) struct Mention<'a> {
    /// The text, for underlining.
    pub(crate) text: &'a LitStr,
    /// The path of the argument.
    pub(crate) path: &'a str,
    /// What the argument's value would become a part of.
    pub(crate) part_of: Option<&'static str>,
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
                    match add(&mut policies, name, text) {
                        Ok(()) => mention(&policies, name, literal, &mut mentions),
                        Err(message) => errors.on(literal, message),
                    }
                }
            }
        }
        self.check_ttl(&policies, errors);
        (policies, mentions)
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
        let declared = self.0.iter().find(|declared| declared.name == name);
        declared.map(|declared| declared.key.span())
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

    /// Builder calls, in the order of the attribute.
    pub(crate) fn calls(&self) -> TokenStream {
        let mut calls = TokenStream::new();
        for Declared { name, values, .. } in &self.0 {
            let Some(ty) = type_of(name) else { continue };
            let (method, ty) = (call_site(name), call_site(ty));
            for value in values {
                let value = match value {
                    Value::Text(literal, _) => quote!(__mcp::#ty::new(#literal)),
                    Value::Constant(value) => quote!(#value),
                };
                let ttl = (*name == "confirm").then(|| self.ttl());
                calls.extend(quote!(.#method(#value #ttl)));
            }
        }
        calls
    }

    fn ttl(&self) -> Option<TokenStream> {
        let declared = self.0.iter().find(|it| it.name == "confirm_ttl")?;
        Some(match declared.values.first()? {
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
        }) if add(&mut Policies::new(), entry.name(), &number.to_string()).is_ok() => {
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

/// The type whose `new` reads an option's text; none for what is a part of another policy.
fn type_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "auth" => "Auth",
        "when" => "When",
        "rate" => "Rate",
        "cache" => "Cache",
        "invalidates" => "Invalidates",
        "timeout" => "Timeout",
        "retry" => "Retry",
        "breaker" => "Breaker",
        "concurrency" => "Concurrency",
        "max_in" | "max_out" => "Size",
        "audit" => "Audit",
        "confirm" => "Confirm",
        "idempotency" => "Idempotency",
        "deprecated" => "Deprecated",
        _ => return None,
    })
}

fn add<'a>(policies: &mut Policies<'a>, name: &str, text: &'a str) -> Result<(), String> {
    let said = |error: Error<'a>| error.to_string();
    match name {
        "auth" => policies.auth = Some(Auth::parse(text).map_err(said)?),
        "when" => policies.when = Some(When::parse(text).map_err(said)?),
        "rate" => {
            if !policies.rate.try_push(Rate::parse(text).map_err(said)?) {
                return Err(
                    "a tool has at most four rates\nhelp: keep those that are reached first"
                        .to_owned(),
                );
            }
        }
        "cache" => policies.cache = Some(Cache::parse(text).map_err(said)?),
        "invalidates" => policies.invalidates = Some(Invalidates::parse(text).map_err(said)?),
        "timeout" => policies.timeout = Some(Timeout::parse(text).map_err(said)?),
        "retry" => policies.retry = Some(Retry::parse(text).map_err(said)?),
        "breaker" => policies.breaker = Some(Breaker::parse(text).map_err(said)?),
        "concurrency" => policies.concurrency = Some(Concurrency::parse(text).map_err(said)?),
        "max_in" => policies.max_in = Some(Size::parse(text).map_err(said)?),
        "max_out" => policies.max_out = Some(Size::parse(text).map_err(said)?),
        "audit" => policies.audit = Some(Audit::parse(text).map_err(said)?),
        "confirm" => policies.confirm = Some(Confirm::parse(text).map_err(said)?),
        "confirm_ttl" => {
            Confirm::parse_ttl(text).map_err(said)?;
        }
        "idempotency" => policies.idempotency = Some(Idempotency::parse(text).map_err(said)?),
        _ => policies.deprecated = Some(Deprecated::parse(text).map_err(said)?),
    }
    Ok(())
}

/// The arguments that the policy just added names.
fn mention<'a>(
    policies: &Policies<'a>,
    name: &str,
    text: &'a LitStr,
    mentions: &mut Vec<Mention<'a>>,
) {
    let mut push = |path, part_of| {
        mentions.push(Mention {
            text,
            path,
            part_of,
        });
    };
    match name {
        "rate" => {
            let Some(rate) = policies.rate.as_slice().last() else {
                return;
            };
            keys(&rate.keys, &mut push);
            if let Cost::Arg(path) | Cost::Len(path) = rate.cost {
                push(path, None);
            }
        }
        "concurrency" => {
            if let Some(concurrency) = &policies.concurrency {
                keys(&concurrency.keys, &mut push);
            }
        }
        "cache" => {
            if let Some(cache) = &policies.cache {
                tags(&cache.tags, &mut push);
                for field in &cache.vary {
                    if let Field::Arg(path) = field {
                        push(path, Some("key"));
                    }
                }
                for path in &cache.ignore {
                    push(path, None);
                }
            }
        }
        "invalidates" => {
            if let Some(invalidates) = &policies.invalidates {
                tags(&invalidates.tags, &mut push);
            }
        }
        "when" => {
            for rule in policies.when.iter().flat_map(|when| &when.rules) {
                push(rule.arg, None);
            }
        }
        "confirm" => {
            for (_, path) in policies.confirm.iter().flat_map(Confirm::placeholders) {
                push(path, Some("question"));
            }
        }
        _ => {}
    }
}

fn keys<'a>(keys: &Keys<'a>, push: &mut impl FnMut(&'a str, Option<&'static str>)) {
    for key in keys {
        if let Key::Arg(path) = key {
            push(path, Some("key"));
        }
    }
}

fn tags<'a>(tags: &Tags<'a>, push: &mut impl FnMut(&'a str, Option<&'static str>)) {
    for (_, path) in tags.iter().flat_map(|tag| tag.placeholders()) {
        push(path, Some("tag"));
    }
}
