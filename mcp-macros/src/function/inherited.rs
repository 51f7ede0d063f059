//! What a toolset says for a tool, held to what the tool says itself.

use mcp_grammar::Policies;
use proc_macro2::Span;

use super::check::{Arguments, unindented};
use super::options::Options;
use crate::diagnostics::Errors;
use crate::toolset::Defaults;

/// Reports where the two contradict each other, and what a default names that this tool does not have. The policies that hold for the
/// tool come back.
pub(super) fn check<'a>(
    own: &Policies<'a>,
    (options, tool): (&Options, Span),
    defaults: &Defaults<'a>,
    arguments: &Arguments<'_>,
    errors: &mut Errors,
) -> Policies<'a> {
    let holds = own.or(&defaults.beside(&options.policies));
    let said = own.conflicts();
    for conflict in holds.conflicts().as_slice() {
        if said.iter().any(|it| it == conflict) || defaults.has(*conflict) {
            continue;
        }
        let (one, other) = conflict.options();
        let both = [Some(one), other].into_iter().flatten();
        let from: Vec<_> = both
            .filter(|policy| options.written(policy).is_none() && defaults.key(policy).is_some())
            .map(|policy| format!("\nnote: `{policy}` comes from `#[toolset]`"))
            .collect();
        let place = options
            .written(one)
            .or_else(|| other.and_then(|other| options.written(other)));
        errors.at(
            place.unwrap_or(tool),
            unindented(conflict.message()) + &from.concat(),
        );
    }
    let meant = defaults.beside(&options.policies).meant_for(own);
    for mention in &defaults.mentions {
        if is_said(&meant, mention.policy)
            && let Some(problem) = arguments.problem(mention)
        {
            errors.at(
                tool,
                format!(
                    "{problem}\nnote: `{0}` comes from `#[toolset]`, for every tool that has no `{0}` of its own",
                    mention.policy
                ),
            );
        }
    }
    holds
}

/// Whether a policy that can name arguments is there.
fn is_said(policies: &Policies<'_>, policy: &str) -> bool {
    match policy {
        "rate" => !policies.rate.is_empty(),
        "concurrency" => policies.concurrency.is_some(),
        "cache" => policies.cache.is_some(),
        "invalidates" => policies.invalidates.is_some(),
        "when" => policies.when.is_some(),
        _ => policies.confirm.is_some(),
    }
}
