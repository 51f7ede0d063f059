//! `#[validate(..)]`: the rules of the `validator` crate, in its words. Each checks the value and lands in the schema.

mod check;

use proc_macro2::{Span, TokenStream};
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitStr, Path};

use self::check::{bounds, check_type};
use super::ty::Type;
use crate::diagnostics::Errors;
use crate::entry::{Entries, Entry, Known};

pub(crate) const OPTIONS: [Known; 13] = [
    Known::new("length", "length(min = 1, max = 80)"),
    Known::new("range", "range(min = 1, max = 100)"),
    Known::new("email", "email"),
    Known::new("url", "url"),
    Known::new("ip", "ip"),
    Known::new("regex", "regex = \"^[a-z]+$\""),
    Known::new("contains", "contains = \"@\""),
    Known::new("does_not_contain", "does_not_contain = \"..\""),
    Known::new("non_control_character", "non_control_character"),
    Known::new("required", "required"),
    Known::new("nested", "nested"),
    Known::new("custom", "custom(function = check)"),
    Known::new("must_match", "must_match(other = password)"),
];

const MESSAGE: [Known; 1] = [Known::new("message", "message = \"must be even\"")];
const LENGTH: [Known; 3] = [
    Known::new("min", "min = 1"),
    Known::new("max", "max = 80"),
    Known::new("equal", "equal = 13"),
];
const RANGE: [Known; 4] = [
    Known::new("min", "min = 1"),
    Known::new("max", "max = 100"),
    Known::new("exclusive_min", "exclusive_min = 0.0"),
    Known::new("exclusive_max", "exclusive_max = 1.0"),
];
const IP: [Known; 2] = [Known::new("v4", "v4"), Known::new("v6", "v6")];
const PATTERN: [Known; 1] = [Known::new("pattern", "pattern = \"^[a-z]+$\"")];
const FUNCTION: [Known; 1] = [Known::new("function", "function = check")];
const OTHER: [Known; 1] = [Known::new("other", "other = password")];

/// One rule for one parameter.
pub(crate) struct Rule {
    pub(crate) span: Span,
    pub(crate) check: Check,
    pub(crate) message: Option<LitStr>,
}

/// What is checked.
pub(crate) enum Check {
    Length {
        min: Option<Expr>,
        max: Option<Expr>,
        equal: Option<Expr>,
    },
    Range {
        min: Option<Expr>,
        max: Option<Expr>,
    },
    RangeExclusive {
        min: Option<Expr>,
        max: Option<Expr>,
    },
    /// A rule without options, by its name.
    Plain(&'static str),
    Ip {
        v4: bool,
        v6: bool,
    },
    /// `regex`, `contains`, `does_not_contain`: a rule with one text.
    Text(&'static str, LitStr),
    Custom(Path),
    /// Another argument, by its name.
    MustMatch(Ident),
}

/// Reads the rules of one parameter.
pub(super) fn read(attrs: &[Attribute], ty: Option<&Type>, errors: &mut Errors) -> Vec<Rule> {
    let tokens = Entries::gather(attrs, "validate", OPTIONS[0].write, errors);
    let entries = Entries::read(tokens, "validate", &[&OPTIONS], errors);
    let mut rules = Vec::new();
    for entry in &entries.known {
        if let Some(ty) = ty {
            check_type(entry, ty, errors);
        }
        rule(entry, errors, &mut rules);
    }
    rules
}

fn rule(entry: &Entry, errors: &mut Errors, rules: &mut Vec<Rule>) {
    let name = entry.name();
    match name {
        "length" => {
            let options = Options::read(entry, entry.list(errors), &LENGTH, errors);
            let [min, max, equal] = ["min", "max", "equal"].map(|key| options.value(key, errors));
            if equal.is_some() && (min.is_some() || max.is_some()) {
                errors.at(
                    entry.span(),
                    "`equal` is both bounds at once\nhelp: remove `min` and `max`, or `equal`",
                );
            }
            bounds(&options, [&min, &max], errors);
            options.push(Check::Length { min, max, equal }, rules);
        }
        "range" => {
            let options = Options::read(entry, entry.list(errors), &RANGE, errors);
            let [min, max] = ["min", "max"].map(|key| options.value(key, errors));
            let [above, below] =
                ["exclusive_min", "exclusive_max"].map(|key| options.value(key, errors));
            let lowest = min.as_ref().or(above.as_ref()).cloned();
            let highest = max.as_ref().or(below.as_ref()).cloned();
            bounds(&options, [&lowest, &highest], errors);
            let exclusive = above.is_some() || below.is_some();
            if min.is_some() || max.is_some() || !exclusive {
                options.push(Check::Range { min, max }, rules);
            }
            if exclusive {
                let (min, max) = (above, below);
                options.push(Check::RangeExclusive { min, max }, rules);
            }
        }
        "ip" => {
            let options = Options::read(entry, entry.list_or_nothing(errors), &IP, errors);
            let (v4, v6) = (options.switch("v4", errors), options.switch("v6", errors));
            options.push(Check::Ip { v4, v6 }, rules);
        }
        "regex" | "contains" | "does_not_contain" => {
            let list = entry.list_or("pattern", errors);
            let options = Options::read(entry, list, &PATTERN, errors);
            if let Some(text) = options.required("pattern", errors, Entry::text) {
                options.push(Check::Text(name, text), rules);
            }
        }
        "custom" => {
            let list = entry.list_or("function", errors);
            let options = Options::read(entry, list, &FUNCTION, errors);
            if let Some(path) = options.required("function", errors, path) {
                options.push(Check::Custom(path), rules);
            }
        }
        "must_match" => {
            let list = entry.list_or("other", errors);
            let options = Options::read(entry, list, &OTHER, errors);
            if let Some(other) = options.required("other", errors, word) {
                options.push(Check::MustMatch(other), rules);
            }
        }
        _ => {
            let options = Options::read(entry, entry.list_or_nothing(errors), &[], errors);
            options.push(Check::Plain(name), rules);
        }
    }
}

/// What stands between the brackets of one rule.
struct Options {
    span: Span,
    whole: Known,
    entries: Entries,
    message: Option<LitStr>,
    /// Whether something is reported already.
    broken: bool,
}

impl Options {
    fn read(
        entry: &Entry,
        list: Option<TokenStream>,
        table: &[Known],
        errors: &mut Errors,
    ) -> Self {
        let missing = list.is_none();
        let tokens = list.unwrap_or_default();
        let entries = Entries::read(tokens, entry.name(), &[table, &MESSAGE], errors);
        let broken = missing || entries.keys.len() > entries.known.len();
        let message = entries.find("message");
        Self {
            span: entry.span(),
            whole: entry.known,
            message: message.and_then(|message| message.text(errors)),
            entries,
            broken,
        }
    }

    fn value(&self, key: &str, errors: &mut Errors) -> Option<Expr> {
        self.entries.find(key)?.value(errors).cloned()
    }

    fn switch(&self, key: &str, errors: &mut Errors) -> bool {
        let entry = self.entries.find(key);
        entry
            .and_then(|entry| entry.switch(errors))
            .unwrap_or(false)
    }

    fn required<T>(
        &self,
        key: &str,
        errors: &mut Errors,
        read: impl FnOnce(&Entry, &mut Errors) -> Option<T>,
    ) -> Option<T> {
        match self.entries.find(key) {
            Some(entry) => read(entry, errors),
            None if self.broken => None,
            None => {
                let message = format!(
                    "`{}` lacks its `{key}`\nhelp: write `{}`",
                    self.whole.name, self.whole.write
                );
                errors.at(self.span, message);
                None
            }
        }
    }

    fn push(&self, check: Check, rules: &mut Vec<Rule>) {
        rules.push(Rule {
            span: self.span,
            check,
            message: self.message.clone(),
        });
    }
}

/// The name of another argument.
fn word(entry: &Entry, errors: &mut Errors) -> Option<Ident> {
    let path = path(entry, errors)?;
    let word = path.get_ident().cloned();
    if word.is_none() {
        entry.wrong(errors);
    }
    word
}

/// A path, as `check` or as `"check"`, which `validator` takes too.
fn path(entry: &Entry, errors: &mut Errors) -> Option<Path> {
    let value = entry.value(errors)?;
    let path = match value {
        Expr::Path(path) if path.qself.is_none() => Some(path.path.clone()),
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => text.parse().ok(),
        _ => None,
    };
    if path.is_none() {
        entry.wrong(errors);
    }
    path
}
