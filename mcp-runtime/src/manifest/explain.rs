//! What each stage would decide about a call, and why, without running the tool.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::spelling::spelt;
use crate::call::Origin;
use crate::client::{Capability, Client};
use crate::error::Refusal;
use crate::facts::Facts;
use crate::policy::auth::{self, Permits};
use crate::policy::gate;
use crate::policy::validation;
use crate::policy::when;
use crate::principal::Principal;
use crate::server::Core;
use crate::server::registry::Mounted;

/// The stages from the top, each with its decision, down to the first that refuses.
pub(crate) fn explain(
    core: &Arc<Core>,
    tool: &str,
    caller: Option<Arc<Principal>>,
    arguments: Option<Map<String, Value>>,
    client: Arc<dyn Client>,
) -> String {
    let mut told = Told(String::new());
    match &caller {
        Some(caller) => told.line("caller", &whom(caller)),
        None => told.line("caller", "nobody: no token and no local principal"),
    }
    let Some(mounted) = core.tools().named(tool).cloned() else {
        told.line(
            "gate",
            "refuses: no tool of this name; the answer is `Unknown tool`",
        );
        return told.0;
    };
    let caller_tenant = caller.as_deref().and_then(Principal::tenant_id);
    let caller_tenant = caller_tenant.map(str::to_owned);
    let permits = auth::permits(core, &mounted, caller.as_deref());
    if !gate::visible(core, &mounted, caller.as_deref()) {
        let why = match &permits {
            _ if !mounted.policies.tenants.admit(caller.as_deref()) => {
                "an operator's list leaves it out for the caller's tenant".to_owned()
            }
            Permits::NeedsScopes(scopes) => {
                format!("it lacks scopes; `{}` would do", scopes.join(" "))
            }
            _ => "no other scopes would help".to_owned(),
        };
        told.line(
            "gate",
            &format!("hides the tool from this caller ({why}); over HTTP with a token a missing scope is a 403 that names the scopes"),
        );
        told.policy(&mounted, "auth");
        return told.0;
    }
    let noun = mounted.kind.noun();
    told.line(
        "gate",
        &format!("passes: the {noun} exists and this caller sees it"),
    );
    match permits {
        Permits::Yes => told.line("authorize", "passes"),
        _ => {
            told.line(
                "authorize",
                "refuses: listed for everybody, callable by others",
            );
            told.policy(&mounted, "auth");
            return told.0;
        }
    }
    told.policy(&mounted, "auth");
    if let Some(rule) = &mounted.deprecated {
        told.line(
            "deprecated",
            &format!(
                "counts the call and names the caller in the log: {}",
                rule.notice
            ),
        );
    }
    match arguments {
        None => told.line(
            "decode",
            "not looked at: give the arguments with `--args '{..}'`",
        ),
        Some(arguments) => {
            if let Err(refusal) = decoded(core, tool, caller, arguments, Arc::clone(&client)) {
                told.line("decode", &format!("refuses: {}", refusal.text(tool)));
                return told.0;
            }
            told.line("decode", "passes: the arguments are the tool's");
        }
    }
    let declared = &mounted.policies.declared;
    let tenant = caller_tenant.as_deref();
    let of_tenant = mounted.policies.tenant_rates.of(tenant);
    for (stage, option, meaning, is_declared) in [
        (
            "cache",
            "cache",
            "answers from memory where it can, and runs equal calls once",
            declared.cache.is_some(),
        ),
        (
            "idempotency",
            "idempotency",
            "runs a call once for each `idempotencyKey`",
            declared.idempotency.is_some(),
        ),
        (
            "breaker",
            "breaker",
            "refuses while the upstream is known to fail",
            declared.breaker.is_some(),
        ),
        (
            "rate",
            "rate",
            "charges every bucket or none",
            !declared.rate.is_empty() || of_tenant.is_some(),
        ),
    ] {
        if is_declared {
            told.line(stage, meaning);
            match &of_tenant {
                Some((tenant, rates)) if option == "rate" => told.rates(tenant, rates),
                _ => told.policy(&mounted, option),
            }
        }
    }
    if mounted.policies.confirm.is_some() {
        let asks = match client.can(Capability::Elicitation) {
            true => "asks a human before the tool runs",
            false => "asks a human before the tool runs; a client that cannot ask is refused",
        };
        told.line("confirm", asks);
        told.policy(&mounted, "confirm");
    }
    told.line("deadline", "stops the call when its time is over");
    told.policy(&mounted, "timeout");
    for (stage, option, meaning, is_declared) in [
        (
            "retry",
            "retry",
            "tries again after a passing fault",
            declared.retry.is_some(),
        ),
        (
            "concurrency",
            "concurrency",
            "lets a number of calls run, and others wait",
            declared.concurrency.is_some(),
        ),
    ] {
        if is_declared {
            told.line(stage, meaning);
            told.policy(&mounted, option);
        }
    }
    told.line("attempt", &format!("the {noun} would run here"));
    told.0
}

fn decoded(
    core: &Arc<Core>,
    tool: &str,
    caller: Option<Arc<Principal>>,
    arguments: Map<String, Value>,
    client: Arc<dyn Client>,
) -> Result<(), Refusal> {
    let named = core.tools().named(tool).ok_or(Refusal::Unknown)?;
    let found = gate::find(core, named.kind, tool, caller.as_deref())?;
    let permit = auth::authorize(core, found, caller)?;
    let origin = Origin::of_program(client);
    // Decoding makes the tool's future and never polls it.
    let facts = Arc::new(Facts::new(false));
    let decoded = validation::decode(core, permit, arguments, origin, &facts)?;
    Ok(when::admit(&decoded.call)?)
}

fn whom(caller: &Principal) -> String {
    let scopes: Vec<&str> = caller.granted_scopes().collect();
    let roles: Vec<&str> = caller.roles().collect();
    let mut whom = format!("`{}` of `{}`", caller.subject(), caller.issuer());
    if let Some(tenant) = caller.tenant_id() {
        let _ = write!(whom, ", tenant `{tenant}`");
    }
    let _ = write!(whom, ", scopes `{}`", scopes.join(" "));
    if !roles.is_empty() {
        let _ = write!(whom, ", roles `{}`", roles.join(" "));
    }
    whom
}

/// The text so far: a line a stage, its policy below it.
struct Told(String);

impl Told {
    fn line(&mut self, stage: &str, says: &str) {
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "{stage:<12} {says}");
    }

    fn rates(&mut self, tenant: &str, rates: &[String]) {
        let rates = rates.join("\", \"");
        let _ = writeln!(
            self.0,
            "{:<12}   rate = \"{rates}\" (from the override for tenant `{tenant}`)",
            ""
        );
    }

    fn policy(&mut self, tool: &Mounted, option: &str) {
        let spelt = spelt(&tool.policies.declared);
        let found = spelt.iter().find(|(name, _)| *name == option);
        let from = tool.policies.sources.of(option).name();
        let _ = match found {
            Some((_, values)) => writeln!(
                self.0,
                "{:<12}   {option} = \"{}\" (from the {from})",
                "",
                values.join("\", \"")
            ),
            None => writeln!(self.0, "{:<12}   {option}: the default holds", ""),
        };
    }
}
