//! `#[tool(..)]` as it was written.

use proc_macro2::{Span, TokenStream};
use syn::{Expr, Ident, LitStr};

use crate::diagnostics::Errors;
use crate::entry::{Entries, Entry, Known, nearest, text_of, ungrouped};
use crate::lint::{GOD_SERVER, LINTS};
use crate::policy;
use crate::twin::Role;

pub(crate) const OPTIONS: [Known; 15] = [
    Known::new("read_only", "read_only"),
    Known::new("name", "name = \"search_orders\""),
    Known::new("title", "title = \"Search orders\""),
    Known::new("description", "description = \"Find orders by customer.\""),
    Known::new("destructive", "destructive"),
    Known::new("idempotent", "idempotent"),
    Known::new("open_world", "open_world = false"),
    Known::new("tags", "tags = [\"orders\"]"),
    Known::new("icons", "icons = [\"https://example.com/icon.png\"]"),
    Known::new("meta", "meta(\"com.example/team\" = \"orders\")"),
    Known::new("open", "open"),
    Known::new("blocking", "blocking"),
    Known::new("visible", "visible = \"always\""),
    Known::new("allow", "allow(blocking_io, \"reads one small file\")"),
    Known::new("crate", "crate = my_crate::mcp_runtime"),
];

/// What was written, value by value.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) role: Role,
    /// Every word at the place of an option.
    pub(crate) words: Vec<Ident>,
    pub(crate) runtime: Option<TokenStream>,
    pub(crate) name: Option<LitStr>,
    pub(crate) title: Option<LitStr>,
    pub(crate) description: Option<Expr>,
    pub(crate) read_only: Option<Ident>,
    pub(crate) destructive: Option<(Ident, bool)>,
    pub(crate) idempotent: bool,
    pub(crate) open_world: Option<bool>,
    pub(crate) tags: Vec<LitStr>,
    pub(crate) icons: Vec<LitStr>,
    pub(crate) meta: Vec<(LitStr, String)>,
    pub(crate) open: bool,
    pub(crate) blocking: Option<Ident>,
    pub(crate) visible: bool,
    pub(crate) allow: Vec<(String, LitStr)>,
    pub(crate) policies: policy::Written,
}

impl Options {
    pub(crate) fn read(attribute: TokenStream, errors: &mut Errors) -> Self {
        let entries = Entries::read(attribute, "tool", &[&OPTIONS, &policy::OPTIONS], errors);
        Self::of(Role::Tool, &entries, errors)
    }

    /// What entries say, those aside that belong to another attribute alone.
    pub(crate) fn of(role: Role, entries: &Entries, errors: &mut Errors) -> Self {
        let mut options = Self {
            role,
            words: entries.keys.clone(),
            ..Self::default()
        };
        for entry in &entries.known {
            if !options.policies.take(entry, errors) {
                options.take(entry, errors);
            }
        }
        options
    }

    /// Where an option is written, or the attribute if it is not.
    pub(crate) fn key(&self, name: &str) -> Span {
        self.written(name).unwrap_or_else(Span::call_site)
    }

    /// Where an option is written, if it is.
    pub(crate) fn written(&self, name: &str) -> Option<Span> {
        let annotation = match name {
            "read_only" => self.read_only.as_ref(),
            "destructive" => self.destructive.as_ref().map(|(key, _)| key),
            _ => None,
        };
        let annotation = annotation.map(Ident::span);
        annotation.or_else(|| self.policies.key(name))
    }

    fn take(&mut self, entry: &Entry, errors: &mut Errors) {
        let key = || entry.key.clone();
        match entry.name() {
            "name" => self.name = entry.text(errors),
            "title" => self.title = entry.text(errors),
            "description" => self.description = description(entry, errors),
            "read_only" => self.read_only = entry.flag(errors).then(key),
            "destructive" => self.destructive = entry.switch(errors).map(|is| (key(), is)),
            "idempotent" => self.idempotent = entry.flag(errors),
            "open_world" => self.open_world = entry.switch(errors),
            "tags" => self.tags = entry.texts(errors),
            "icons" => {
                self.icons = entry.texts(errors);
                check_icons(&self.icons, errors);
            }
            "meta" => self.meta = super::meta::read(entry, errors),
            "open" => self.open = entry.flag(errors),
            "blocking" => self.blocking = entry.flag(errors).then(key),
            "visible" => self.visible = always(entry, errors),
            "allow" => self.allow.extend(allowed(entry, errors)),
            "crate" => self.runtime = path(entry, errors),
            _ => {}
        }
    }
}

/// A text, or an expression of one: `include_str!("search.md")`.
fn description(entry: &Entry, errors: &mut Errors) -> Option<Expr> {
    let value = entry.value(errors)?;
    if matches!(value, Expr::Lit(_) | Expr::Array(_)) && text_of(value).is_none() {
        entry.wrong(errors);
        return None;
    }
    Some(value.clone())
}

fn check_icons(icons: &[LitStr], errors: &mut Errors) {
    for icon in icons {
        let address = icon.value();
        if !address.starts_with("https://") && !address.starts_with("data:") {
            errors.on(
                icon,
                "an icon is at an `https:` or `data:` address: clients load no other\n\
                 help: write `icons = [\"https://example.com/icon.png\"]`",
            );
        }
    }
}

fn always(entry: &Entry, errors: &mut Errors) -> bool {
    match entry.text(errors) {
        Some(text) if text.value() == "always" => true,
        Some(text) => {
            errors.on(
                &text,
                "a tool is visible to those who may call it, or always\n\
                 help: write `visible = \"always\"`, or leave `visible` out",
            );
            false
        }
        None => false,
    }
}

/// `allow(lint, "reason")`.
fn allowed(entry: &Entry, errors: &mut Errors) -> Option<(String, LitStr)> {
    use syn::parse::{ParseStream, Parser};
    let parts = |input: ParseStream<'_>| {
        let lint: Ident = input.parse()?;
        input.parse::<syn::Token![,]>()?;
        let reason: LitStr = input.parse()?;
        input.parse::<Option<syn::Token![,]>>()?;
        Ok((lint, reason))
    };
    let Ok((lint, reason)) = parts.parse2(entry.list(errors)?) else {
        errors.at(
            entry.span(),
            "a lint is allowed for a reason, and one at a time\n\
             help: write `allow(blocking_io, \"reads one small file\")`",
        );
        return None;
    };
    let name = lint.to_string();
    if name == GOD_SERVER {
        errors.at(
            lint.span(),
            format!(
                "`{name}` is a lint of the whole server, which no tool can allow\n\
                 help: write `.allow(\"{name}\", \"reason\")` on the `Server`"
            ),
        );
        return None;
    }
    if !LINTS.iter().any(|known| known.name == name) {
        let names = || LINTS.iter().map(|known| known.name);
        let help = match nearest(&name, names()) {
            Some(near) => format!("; did you mean `{near}`?"),
            None => {
                let about = LINTS
                    .iter()
                    .map(|lint| format!("\n`{}`: {}", lint.name, lint.about));
                format!("\nhelp: the lints are{}", about.collect::<String>())
            }
        };
        errors.at(lint.span(), format!("no lint has the name `{name}`{help}"));
        return None;
    }
    if reason.value().trim().is_empty() {
        errors.on(
            &reason,
            format!("the reason is empty\nhelp: say why `{name}` is fine here"),
        );
        return None;
    }
    Some((name, reason))
}

/// A path that is written as it is: `crate = my_crate::mcp_runtime`.
pub(crate) fn path(entry: &Entry, errors: &mut Errors) -> Option<TokenStream> {
    let value = ungrouped(entry.value(errors)?);
    if let Expr::Path(path) = value {
        return Some(quote::quote!(#path));
    }
    entry.wrong(errors);
    None
}
