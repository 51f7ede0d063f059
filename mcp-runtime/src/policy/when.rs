//! Stage 5, its end: `when = "claim.org == arg.org"`, what the arguments of a call must have to do with its caller.
//!
//! Refuses a call of which any rule does not hold, and one without a caller or without the claim or the argument that a rule names. Keeps no state.

use mcp_grammar::{Rule, Test};
use serde_json::Value;

use super::auth::{Denied, Permits};
use crate::call::Call;
use crate::principal::Principal;
use crate::server::registry::Mounted;

pub(crate) fn admit(call: &Call) -> Result<(), Denied> {
    match permits(&call.tool, call.caller.as_deref(), |path| {
        call.argument(path)
    }) {
        true => Ok(()),
        false => Err(Denied(Permits::No)),
    }
}

/// Whether every rule holds for what a caller would call with these arguments.
pub(crate) fn permits<'a>(
    tool: &Mounted,
    caller: Option<&Principal>,
    argument: impl Fn(&str) -> Option<&'a Value>,
) -> bool {
    let Some(when) = &tool.policies.declared.when else {
        return true;
    };
    let mut rules = when.rules.iter();
    rules.all(|rule| holds(rule, caller, argument(rule.arg)))
}

fn holds(rule: &Rule<'_>, caller: Option<&Principal>, argument: Option<&Value>) -> bool {
    let claim = caller.and_then(|caller| caller.claim_at(rule.claim));
    let (Some(claim), Some(argument)) = (claim, argument) else {
        return false;
    };
    let among = |items: &Value, item| items.as_array().is_some_and(|items| items.contains(item));
    match rule.test {
        Test::Equal => claim == argument,
        Test::ArgInClaim => among(claim, argument),
        Test::ClaimInArg => among(argument, claim),
    }
}
