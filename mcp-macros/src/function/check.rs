//! What has to fit together: policies with each other, with the annotations, and with the arguments.

use mcp_grammar::TooLarge;
use proc_macro2::{Span, TokenStream, TokenTree};

use super::options::Options;
use super::{Place, inherited};
use crate::diagnostics::{Errors, Warning};
use crate::entry::nearest;
use crate::lint::{FAT_TOOL, Lints};
use crate::parameter::{Check, Given, Name, Parameter};
use crate::policy::Mention;
use crate::twin::Role;

/// Reports every contradiction. `complete`: whether all parameters could be read, so that none is missing here.
pub(super) fn all(
    (options, tool): (&Options, Span),
    place: Place<'_>,
    placeholders: &[(String, Span)],
    parameters: &[Parameter],
    complete: bool,
    errors: &mut Errors,
) -> Option<Warning> {
    let (mut policies, mentions) = options.policies.read(errors);
    let caller = given(parameters, Given::Caller);
    // What is read, and what is said, changes nothing.
    policies.read_only = options.read_only.is_some() || options.role != Role::Tool;
    policies.destructive = options.destructive.as_ref().map(|(_, is)| *is);
    policies.idempotent = options.idempotent;
    policies.open_world = options.open_world;
    policies.takes_caller = caller.is_some() || given(parameters, Given::PerhapsCaller).is_some();
    if options.role != Role::Tool
        && policies
            .max_out
            .is_some_and(|size| size.then != TooLarge::Error)
    {
        let noun = options.role.noun();
        errors.at(
            options.key("max_out"),
            format!(
                "the answer of a {noun} is whole or nothing\nhelp: leave `truncate` and `link` out"
            ),
        );
    }
    for conflict in policies.conflicts().as_slice() {
        errors.at(
            options.key(conflict.options().0),
            unindented(conflict.message()),
        );
    }
    let arguments = Arguments {
        parameters,
        open: !complete || given(parameters, Given::Args).is_some(),
        noun: options.role.noun(),
    };
    if let Some(defaults) = place.defaults {
        policies = inherited::check(&policies, (options, tool), defaults, &arguments, errors);
    }
    if let (Some(caller), true) = (caller, policies.auth.is_some_and(|auth| auth.is_none())) {
        errors.at(
            caller.name.span,
            "there may be no caller: `auth = \"none\"` asks nobody who they are\n\
             help: write `Option<Caller>`, or `auth = \"user\"`",
        );
    }

    arguments.check_names(policies.idempotency.is_some(), errors);
    arguments.check_headers(errors);
    for mention in &mentions {
        arguments.check_mention(mention, errors);
    }
    for (name, span) in placeholders {
        arguments.check_placeholder(name, *span, errors);
    }
    arguments.check_matches(errors);
    let inherits = place.defaults.and_then(|defaults| defaults.key("confirm"));
    let asked = policies.confirm.is_some() || inherits.is_some();
    unconfirmed(options, asked, &arguments)
}

/// The grammar indents its second line as const evaluation needs it; the compiler does that for a macro's errors.
pub(crate) fn unindented(message: &str) -> String {
    let lines: Vec<_> = message.lines().map(str::trim_start).collect();
    lines.join("\n")
}

fn given(parameters: &[Parameter], what: Given) -> Option<&Parameter> {
    let mut parameters = parameters.iter();
    parameters.find(|parameter| parameter.ty.given() == Some(what))
}

/// A tool that destroys and asks nobody; saying so on purpose is enough.
fn unconfirmed(options: &Options, asked: bool, arguments: &Arguments<'_>) -> Option<Warning> {
    let (key, true) = options.destructive.as_ref()? else {
        return None;
    };
    if asked || options.policies.key("confirm").is_some() {
        return None;
    }
    let object = arguments
        .first()
        .map_or(String::new(), |name| format!(" {{{name}}}"));
    Some(Warning {
        lint: "unconfirmed",
        span: key.span(),
        message: format!(
            "a destructive tool runs without asking a human\n\
             help: write `confirm = \"Really destroy{object}?\"`, or `confirm = \"never\"` if that is meant"
        ),
    })
}

/// The arguments that policies can name.
pub(super) struct Arguments<'a> {
    parameters: &'a [Parameter],
    /// Whether there are others, whose names are not known here: the fields of `Args<T>`.
    open: bool,
    noun: &'static str,
}

impl<'a> Arguments<'a> {
    fn read(&self) -> impl Iterator<Item = &'a Parameter> {
        let parameters = self.parameters.iter();
        parameters.filter(|parameter| parameter.ty.given().is_none())
    }

    fn first(&self) -> Option<&'a str> {
        self.read()
            .next()
            .map(|argument| argument.name.wire.as_str())
    }

    fn find(&self, name: &str) -> Option<&'a Parameter> {
        self.read().find(|argument| argument.name.wire == name)
    }

    fn no_such(&self, name: &str) -> String {
        match nearest(
            name,
            self.read().map(|argument| argument.name.wire.as_str()),
        ) {
            Some(near) => format!("there is no argument `{name}`; did you mean `{near}`?"),
            None => {
                let names = self
                    .read()
                    .map(|argument| format!("`{}`", argument.name.wire));
                let names: Vec<_> = names.collect();
                let names = if names.is_empty() {
                    format!("the {} has none", self.noun)
                } else {
                    format!("the {} has {}", self.noun, names.join(", "))
                };
                format!("there is no argument `{name}`\nhelp: {names}")
            }
        }
    }

    /// Two arguments of one name, which only `#[arg(name = "..")]` and patterns can make.
    fn check_names(&self, idempotency: bool, errors: &mut Errors) {
        const KEY: &str = "idempotencyKey";
        let mut seen: Vec<&Parameter> = Vec::new();
        for argument in self.read() {
            let Name {
                wire: name, span, ..
            } = &argument.name;
            let twice = seen.iter().find(|other| other.name.wire == *name);
            if twice.is_some_and(|other| !(other.name.is_own() && argument.name.is_own())) {
                errors.at(
                    *span,
                    format!("another argument is named `{name}` too\nhelp: write another name"),
                );
            }
            if idempotency && name == KEY {
                errors.at(
                    *span,
                    format!(
                        "`idempotency` adds the argument `{KEY}` itself\nhelp: remove this one, or `idempotency`"
                    ),
                );
            }
            seen.push(argument);
        }
    }

    /// Two arguments in one header. Clients drop the whole tool then (MCP 2026-07-28, "Standard Headers").
    fn check_headers(&self, errors: &mut Errors) {
        let mut seen = Vec::new();
        for argument in self.read() {
            let Some(header) = &argument.arg.header else {
                continue;
            };
            let name = header.value().to_ascii_lowercase();
            if seen.contains(&name) {
                errors.on(
                    header,
                    "another argument is in this header too: names of headers are the same in any case\n\
                     help: write another name",
                );
            }
            seen.push(name);
        }
    }

    /// An argument that a policy names: it is there, and not a secret that would be kept or shown.
    fn check_mention(&self, mention: &Mention<'_>, errors: &mut Errors) {
        if let Some(problem) = self.problem(mention) {
            errors.on(mention.text, problem);
        }
    }

    /// Why this tool can't be meant where a policy names an argument.
    pub(super) fn problem(&self, mention: &Mention<'_>) -> Option<String> {
        let name = mention.path.split('.').next().unwrap_or(mention.path);
        match (self.find(name), mention.part_of) {
            (None, _) if !self.open => Some(self.no_such(name)),
            (Some(argument), Some(place)) if argument.arg.secret.is_some() => Some(format!(
                "`{name}` is secret, and would be a part of a {place}\n\
                 help: name another argument, or take `secret` off `{name}`"
            )),
            _ => None,
        }
    }

    fn check_placeholder(&self, name: &str, span: Span, errors: &mut Errors) {
        if self.find(name).is_none() && !self.open {
            let message = self.no_such(name);
            errors.at(
                span,
                format!("{message}\nhelp: what is no argument stands in backticks, `{{{name}}}`"),
            );
        }
    }

    fn check_matches(&self, errors: &mut Errors) {
        for rule in self.parameters.iter().flat_map(|argument| &argument.rules) {
            if let Check::MustMatch(other) = &rule.check {
                let name = other.to_string();
                let bound = |argument: &Parameter| argument.name.bound.as_ref() == Some(&name);
                if !self.read().any(bound) {
                    errors.at(other.span(), self.no_such(&name));
                }
            }
        }
    }
}

/// A tool that is several tools.
pub(super) fn fat_tool(parameters: &[Parameter], body: &TokenStream, lints: &mut Lints<'_>) {
    const MOST: usize = 8;
    const SWITCHES: &[&str] = &["action", "cmd", "command", "mode", "op", "operation"];
    let arguments = Arguments {
        parameters,
        open: false,
        noun: "tool",
    };
    if let Some(argument) = arguments.read().nth(MOST) {
        let count = arguments.read().count();
        let message = format!(
            "{count} arguments are more than a model fills in well: take a struct for those that belong together, or \
             write two tools"
        );
        lints.warn(FAT_TOOL, argument.name.span, message);
    }
    let switch = arguments
        .read()
        .find(|argument| SWITCHES.contains(&argument.name.wire.as_str()));
    if let Some(argument) = switch
        && matches_on(body.clone(), &argument.name.wire)
    {
        let message = format!(
            "`{}` chooses between several tools in one, whose arguments and policies differ: write a tool for each",
            argument.name.wire
        );
        lints.warn(FAT_TOOL, argument.name.span, message);
    }
}

/// Whether there is a `match name` in the tokens.
fn matches_on(body: TokenStream, name: &str) -> bool {
    let mut after_match = false;
    body.into_iter().any(|token| match token {
        TokenTree::Ident(word) => {
            let found = after_match && word == name;
            after_match = word == "match";
            found
        }
        TokenTree::Group(group) => matches_on(group.stream(), name),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
