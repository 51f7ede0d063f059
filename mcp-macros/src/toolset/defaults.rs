//! What a toolset says for those of its tools that do not say it themselves.

use mcp_grammar::{Conflict, LONGEST_NAME as MOST, Policies};
use proc_macro2::{Span, TokenStream};
use quote::quote;

use super::options::Options;
use crate::diagnostics::Errors;
use crate::policy::{Mention, Written};

/// A toolset's options, as its tools look at them.
pub(crate) struct Defaults<'a> {
    options: &'a Options,
    policies: Policies<'a>,
    pub(crate) mentions: Vec<Mention<'a>>,
    /// What contradicts itself already in the toolset, and is reported there.
    conflicts: Vec<Conflict>,
}

impl<'a> Defaults<'a> {
    /// Reads the policies, and reports those that contradict each other whatever a tool says.
    pub(super) fn new(options: &'a Options, errors: &mut Errors) -> Self {
        let (policies, mentions) = options.policies.read(errors);
        let mut conflicts: Vec<Conflict> = Vec::new();
        for (read_only, idempotent) in [(true, true), (false, true)] {
            let tool = Policies {
                read_only,
                idempotent,
                ..Policies::new()
            };
            let found = tool.or(&policies).conflicts();
            let new = found.iter().filter(|it| !conflicts.contains(*it)).copied();
            let new: Vec<_> = new.collect();
            conflicts.extend(new);
        }
        for conflict in &conflicts {
            let key = options.policies.key(conflict.options().0);
            errors.at(
                key.unwrap_or_else(Span::call_site),
                crate::function::unindented(conflict.message()),
            );
        }
        Self {
            options,
            policies,
            mentions,
            conflicts,
        }
    }

    /// The path of the runtime, where the toolset says it.
    pub(crate) fn runtime(&self) -> Option<TokenStream> {
        self.options.runtime.clone()
    }

    /// Where the toolset declares a policy.
    pub(crate) fn key(&self, policy: &str) -> Option<Span> {
        self.options.policies.key(policy)
    }

    /// Whether the toolset itself contradicts itself so.
    pub(crate) fn has(&self, conflict: Conflict) -> bool {
        self.conflicts.contains(&conflict)
    }

    /// The defaults that are left for a tool that has written these.
    pub(crate) fn beside(&self, own: &Written) -> Policies<'a> {
        let mut left = self.policies;
        macro_rules! clear {
            ($($policy:ident),*) => {$(
                if own.key(stringify!($policy)).is_some() {
                    left.$policy = Policies::new().$policy;
                }
            )*};
        }
        mcp_grammar::each_policy!(clear);
        left
    }

    /// Whether one of the toolset's policies is a constant, which only const evaluation knows.
    pub(crate) fn has_constants(&self) -> bool {
        self.options.policies.constant().is_some()
    }

    /// A list without tools that has the toolset's policies: what const evaluation holds a tool to.
    pub(crate) fn as_list(&self) -> TokenStream {
        let calls = self.options.policies.typed();
        quote!(__mcp::Toolset::new(&[]) #calls)
    }

    /// Says so where a name is too long behind the prefix.
    pub(crate) fn check_length(&self, noun: &str, name: &str, span: Span, errors: &mut Errors) {
        let Some(prefix) = &self.options.prefix else {
            return;
        };
        let length = prefix.value().len() + 1 + name.len();
        if name.len() <= MOST && length > MOST {
            errors.at(
                span,
                format!(
                    "a {noun}'s name has at most {MOST} characters, and with its prefix this one has {length}\n\
                     help: write a shorter one"
                ),
            );
        }
    }
}
