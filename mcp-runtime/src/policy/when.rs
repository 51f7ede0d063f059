//! Stage 5, its end: `when = "claim.org == arg.org"`, what the arguments of a call must have to do with its caller.
//!
//! Refuses a call of which any rule does not hold, and one without a caller or without the claim or the argument that a rule names. Keeps no state.

use mcp_grammar::{Rule, Test};
use serde_json::Value;

use super::auth::{Denied, Permits};
use crate::call::Call;

pub(crate) fn admit(call: &Call) -> Result<(), Denied> {
    let Some(when) = &call.tool.policies.declared.when else {
        return Ok(());
    };
    match when.rules.iter().all(|rule| holds(call, rule)) {
        true => Ok(()),
        false => Err(Denied(Permits::No)),
    }
}

fn holds(call: &Call, rule: &Rule<'_>) -> bool {
    let caller = call.caller.as_ref();
    let claim = caller.and_then(|caller| caller.claim_at(rule.claim));
    let (Some(claim), Some(argument)) = (claim, call.argument(rule.arg)) else {
        return false;
    };
    let among = |items: &Value, item| items.as_array().is_some_and(|items| items.contains(item));
    match rule.test {
        Test::Equal => claim == argument,
        Test::ArgInClaim => among(claim, argument),
        Test::ClaimInArg => among(argument, claim),
    }
}
