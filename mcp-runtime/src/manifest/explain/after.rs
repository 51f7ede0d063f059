//! The stages that a call with its arguments goes through, and its answer's way out.

use mcp_grammar::{Key, Keys};

use super::before::Explained;
use super::told::{Refused, Told};
use crate::call::Call;
use crate::client::Capability;
use crate::policy::cache::tags;
use crate::policy::per::{Missing, Per};
use crate::policy::rate::{Limited, Quote};
use crate::policy::{breaker, concurrency, confirm, rate};

pub(super) fn stages(told: &mut Told, explained: &Explained) -> Result<(), Refused> {
    let call = &*explained.call;
    let (tool, declared) = (&*call.tool, &call.tool.policies.declared);
    cached(told, explained);
    if declared.idempotency.is_some() {
        let says = match &call.idempotency_key {
            Some(key) => {
                format!("runs the call of the key `{key}` once, and gives its answer again")
            }
            None => {
                "lets the call through: it has no `idempotencyKey`, and runs each time".to_owned()
            }
        };
        told.line("idempotency", says);
        told.policy(tool, "idempotency");
    }
    if declared.breaker.is_some() {
        if let Err(open) = breaker::peek(call) {
            return Err(told.refuse("breaker", tool, open));
        }
        told.line("breaker", "passes while fewer calls fail than it allows");
        told.policy(tool, "breaker");
    }
    charged(told, explained)?;
    confirmed(told, explained)?;
    told.line(
        "deadline",
        "stops the call when its time is over; waiting and retries count, a human's time does not",
    );
    told.policy(tool, "timeout");
    if declared.retry.is_some() {
        told.line("retry", "tries again after a passing fault");
        told.policy(tool, "retry");
    }
    crowded(told, explained)
}

/// Stage 6.
fn cached(told: &mut Told, explained: &Explained) {
    let call = &*explained.call;
    let Some(rule) = &call.tool.policies.cache else {
        return;
    };
    let (declared, private) = rule.declared(call);
    told.line(
        "cache",
        match private {
            true => "answers from memory what this caller was answered before; equal calls share one run",
            false => "answers from memory what anybody was answered before; equal calls share one run",
        },
    );
    told.policy(&call.tool, "cache");
    let mut parts = vec!["the tool and its schemas".to_owned()];
    if private {
        parts.push(format!("{} and their grants", part(&Key::Caller, call)));
    }
    parts.extend(declared.vary.iter().map(|field| field.to_string()));
    let arguments = match declared.ignore.as_slice() {
        [] => "the arguments".to_owned(),
        ignored => format!("the arguments without `{}`", ignored.join("`, `")),
    };
    parts.push(arguments);
    told.detail(format_args!("the key is made of {}", parts.join(", ")));
    if explained.has_arguments && !declared.tags.is_empty() {
        let tags = tags::texts(&declared.tags, call);
        told.detail(format_args!("tagged `{}`", tags.join("`, `")));
    }
}

/// Stage 8.
fn charged(told: &mut Told, explained: &Explained) -> Result<(), Refused> {
    let call = &*explained.call;
    let mut lines = Vec::new();
    for bucket in rate::quotes(call) {
        let line = match bucket.price {
            _ if explained.leaves_open(&bucket) => "hangs on the arguments".to_owned(),
            Ok(cost) => format!(
                "takes {cost} of {}, counted for {}",
                bucket.burst,
                parts(bucket.per, call)
            ),
            Err(limited) => {
                let refused = told.refuse("rate", &call.tool, limited);
                rates(told, call);
                return Err(refused);
            }
        };
        lines.push(format!("{}: {line}", bucket.text));
    }
    if lines.is_empty() {
        return Ok(());
    }
    told.line("rate", "charges every bucket or none");
    rates(told, call);
    lines.into_iter().for_each(|line| told.detail(line));
    Ok(())
}

/// The rates that hold for the caller's tenant, and who said them.
fn rates(told: &mut Told, call: &Call) {
    let tenant = call.caller.as_deref().and_then(|caller| caller.tenant_id());
    match call.tool.policies.tenant_rates.of(tenant) {
        Some((tenant, rates)) => told.detail(format_args!(
            "rate = \"{}\" (from the override for tenant `{tenant}`)",
            rates.join("\", \"")
        )),
        None => told.policy(&call.tool, "rate"),
    }
}

/// Stage 9.
fn confirmed(told: &mut Told, explained: &Explained) -> Result<(), Refused> {
    let call = &*explained.call;
    if call.tool.policies.confirm.is_none() {
        return Ok(());
    }
    let asks = match call.origin.client.can(Capability::Elicitation) {
        true => "asks a human before the tool runs",
        false => "asks a human before the tool runs; a client that cannot ask is refused",
    };
    told.line("confirm", asks);
    told.policy(&call.tool, "confirm");
    if explained.has_arguments
        && let Some(question) = confirm::question(call)
    {
        told.detail(format_args!("they read: {question}"));
    }
    told.policy(&call.tool, "confirm_ttl");
    Ok(())
}

/// Stage 13.
fn crowded(told: &mut Told, explained: &Explained) -> Result<(), Refused> {
    let call = &*explained.call;
    let Some(per) = concurrency::counted_by(call) else {
        return Ok(());
    };
    match per.key(call) {
        Err(Missing(Key::Arg(_))) if !explained.has_arguments => {}
        Err(missing) => {
            let crowded = concurrency::Crowded::Missing(missing);
            let refused = told.refuse("concurrency", &call.tool, crowded);
            told.policy(&call.tool, "concurrency");
            return Err(refused);
        }
        Ok(_) => {}
    }
    told.line("concurrency", "lets a number of calls run, and others wait");
    told.policy(&call.tool, "concurrency");
    told.detail(format_args!("counted for {}", parts(per, call)));
    Ok(())
}

/// What happens to the answer.
pub(super) fn way_out(told: &mut Told, explained: &Explained) {
    let call = &*explained.call;
    let tool = &call.tool;
    if tool.input.secret {
        told.line("redaction", "takes the call's secrets out of the answer");
    }
    told.line("size", "holds the answer to its size");
    told.policy(tool, "max_out");
    if let Some(declared) = &tool.policies.declared.invalidates {
        told.line(
            "invalidates",
            "throws kept answers away once the tool has succeeded",
        );
        told.policy(tool, "invalidates");
        if explained.has_arguments {
            let tags = tags::texts(&declared.tags, call);
            told.detail(format_args!("tagged `{}`", tags.join("`, `")));
        }
    }
}

impl Explained {
    /// Whether only the arguments, which were not given, would tell whose count it is and what is taken.
    fn leaves_open(&self, bucket: &Quote<'_>) -> bool {
        let open = match &bucket.price {
            Err(Limited::Missing(Missing(key))) => matches!(key, Key::Arg(_)),
            _ => !bucket.is_fixed,
        };
        open && !self.has_arguments
    }
}

/// Whose count the call goes to, in words.
fn parts(per: &Per, call: &Call) -> String {
    let keys: &Keys<'static> = per.keys();
    match per.is_everybody() {
        true => "everybody together".to_owned(),
        false => {
            let parts: Vec<String> = keys.iter().map(|key| part(key, call)).collect();
            parts.join(" and ")
        }
    }
}

/// One thing that is counted apart, and what it is for this call.
fn part(key: &Key<'_>, call: &Call) -> String {
    let caller = call.caller.as_deref();
    let value = match key {
        Key::Global => None,
        Key::Caller => caller.map(|caller| match caller.tenant_id() {
            Some(tenant) => {
                let (subject, issuer) = (caller.subject(), caller.issuer());
                format!("`{subject}` of `{issuer}` in `{tenant}`")
            }
            None => format!("`{}` of `{}`", caller.subject(), caller.issuer()),
        }),
        Key::Tenant => caller
            .and_then(|it| it.tenant_id())
            .map(|it| format!("`{it}`")),
        Key::Client => caller
            .and_then(|it| it.client())
            .map(|it| format!("`{it}`")),
        Key::Ip => call.origin.ip.map(|ip| format!("`{ip}`")),
        Key::Arg(path) => call.argument(path).map(|value| format!("`{value}`")),
        Key::Claim(path) => {
            let claim = caller.and_then(|caller| caller.claim_at(path));
            claim.map(|value| format!("`{value}`"))
        }
    };
    match value {
        Some(value) => format!("the {key} {value}"),
        None => format!("the {key}"),
    }
}
