//! The stages that know nothing of the arguments, and the one that reads them.

use std::fmt::Write as _;
use std::sync::Arc;

use super::Asked;
use super::told::{Refused, Told};
use crate::call::{Call, Origin};
use crate::facts::Facts;
use crate::policy::auth::{self, Permit, Permits};
use crate::policy::{gate, redaction, size, validation, when};
use crate::principal::Principal;
use crate::server::Core;
use crate::server::registry::Mounted;

/// A call with its arguments, or without where they were not given.
pub(super) struct Explained {
    pub(super) call: Arc<Call>,
    pub(super) has_arguments: bool,
}

pub(super) fn stages(
    told: &mut Told,
    core: &Arc<Core>,
    asked: Asked<'_>,
) -> Result<Explained, Refused> {
    match &asked.caller {
        Some(caller) => told.line("caller", whom(caller)),
        None => told.line("caller", "nobody: no token and no local principal"),
    }
    let Some(mounted) = core.tools().named(asked.tool).cloned() else {
        told.line(
            "gate",
            "refuses: no tool of this name; the answer is `Unknown tool`",
        );
        return Err(Refused);
    };
    let permit = admitted(told, core, &mounted, asked.caller.clone())?;
    if let Some(rule) = &mounted.deprecated {
        told.line(
            "deprecated",
            format_args!(
                "counts the call and names the caller in the log: {}",
                rule.notice
            ),
        );
    }
    recorded(told, &mounted);
    decoded(told, core, permit, asked)
}

/// Stages 3 and 4.
fn admitted(
    told: &mut Told,
    core: &Core,
    mounted: &Arc<Mounted>,
    caller: Option<Arc<Principal>>,
) -> Result<Permit, Refused> {
    let noun = mounted.kind.noun();
    let found = match gate::find(core, mounted.kind, &mounted.name, caller.as_deref()) {
        Ok(found) => found,
        Err(_) if !mounted.switch.is_on() => {
            told.line("gate", format_args!("hides the {noun}: it is disabled"));
            return Err(Refused);
        }
        Err(_) => {
            let why = match auth::permits(core, mounted, caller.as_deref()) {
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
                format_args!("hides the {noun} from this caller ({why}); over HTTP with a token a missing scope is a 403 that names the scopes"),
            );
            told.policy(mounted, "auth");
            return Err(Refused);
        }
    };
    told.line(
        "gate",
        format_args!("passes: the {noun} exists and this caller sees it"),
    );
    match auth::authorize(core, found, caller) {
        Ok(permit) => {
            told.line("authorize", "passes");
            told.policy(mounted, "auth");
            Ok(permit)
        }
        Err(_) => {
            told.line(
                "authorize",
                "refuses: listed for everybody, callable by others",
            );
            told.policy(mounted, "auth");
            Err(Refused)
        }
    }
}

/// What is kept of the call.
fn recorded(told: &mut Told, mounted: &Mounted) {
    let what = match mounted.policies.audit.level() {
        "off" => "keeps no record of the call",
        "meta" => "records who calls and how it ends, and of the arguments a digest",
        "args" => "records the arguments too",
        _ => "records the arguments and the answer too",
    };
    told.line("audit", what);
    told.policy(mounted, "audit");
    if mounted.policies.audit.required {
        told.detail("a call that cannot be recorded is refused");
    }
}

/// Stage 5.
fn decoded(
    told: &mut Told,
    core: &Arc<Core>,
    permit: Permit,
    asked: Asked<'_>,
) -> Result<Explained, Refused> {
    let mounted = Arc::clone(permit.tool());
    let has_arguments = asked.arguments.is_some();
    let sent = asked.arguments.unwrap_or_default();
    let bytes = size::admit(&mounted, &sent);
    let shown = redaction::masked(&mounted, &sent).into_owned();
    let facts = Arc::new(Facts::new(false));
    let opened = validation::open(core, permit, sent, Origin::of_program(asked.client), &facts);
    let opened = opened.map_err(|refusal| told.refuse("decode", &mounted, refusal))?;
    if !has_arguments {
        told.line(
            "decode",
            "not looked at: give the arguments with `--args '{..}'`",
        );
        told.policy(&mounted, "max_in");
        if mounted.policies.declared.when.is_some() {
            told.line("when", "hangs on the arguments");
            told.policy(&mounted, "when");
        }
        let call = opened.call;
        return Ok(Explained {
            call,
            has_arguments,
        });
    }
    // Reading makes the tool's future and never polls it.
    let decoded = opened.read();
    let call = decoded
        .map_err(|refusal| told.refuse("decode", &mounted, refusal))?
        .call;
    told.line("decode", "passes: the arguments are the tool's");
    if let Ok(bytes) = bytes {
        told.detail(format_args!("they have {bytes} bytes"));
    }
    told.policy(&mounted, "max_in");
    if mounted.input.secret {
        told.detail(format_args!(
            "in records: {}",
            serde_json::Value::Object(shown)
        ));
    }
    if mounted.policies.declared.when.is_some() {
        if let Err(denied) = when::admit(&call) {
            let refused = told.refuse("when", &mounted, denied);
            told.policy(&mounted, "when");
            return Err(refused);
        }
        told.line("when", "passes: the arguments are this caller's");
        told.policy(&mounted, "when");
    }
    Ok(Explained {
        call,
        has_arguments,
    })
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
