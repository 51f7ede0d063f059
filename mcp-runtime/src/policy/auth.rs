//! Stage 4: `auth = ".."`, who may call a tool.
//!
//! One predicate, [`permits`], serves the list, the call and the manifest. Refuses a caller that lacks a scope, a role or a
//! claim. Keeps no state.

use std::sync::Arc;

use mcp_grammar::{Auth, Leaf};
use serde_json::Value;

use super::Effective;
use super::gate::Found;
use super::tenants::Admits;
use crate::principal::Principal;
use crate::server::Core;
use crate::server::home::Home;
use crate::server::registry::Mounted;

/// Who may call, as the tool, its list or its server declares it.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one a tool, and a box would be followed on every call"
)]
pub(crate) enum Rule {
    /// Nobody said: served on this machine, and never on an address others can reach.
    Undecided,
    /// `auth = "none"`.
    Anyone,
    Requires(Auth<'static>),
}

impl Rule {
    pub(crate) fn new(declared: Option<Auth<'static>>) -> Self {
        match declared {
            None => Self::Undecided,
            Some(auth) if auth.is_none() => Self::Anyone,
            Some(auth) => Self::Requires(auth),
        }
    }

    /// Whether every call has a caller.
    pub(crate) fn guarantees_caller(&self) -> bool {
        matches!(self, Self::Requires(_))
    }
}

/// What the predicate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Permits {
    Yes,
    /// More scopes would do: the smallest full set that would.
    NeedsScopes(Vec<String>),
    /// No token with other scopes would help.
    No,
}

/// Proof that the caller may call the tool. What charges or reveals anything asks for it.
#[derive(Debug)]
pub(crate) struct Permit {
    tool: Arc<Mounted>,
    caller: Option<Arc<Principal>>,
}

impl Permit {
    pub(crate) fn tool(&self) -> &Arc<Mounted> {
        &self.tool
    }

    pub(crate) fn caller(&self) -> Option<&Principal> {
        self.caller.as_deref()
    }

    pub(crate) fn into_parts(self) -> (Arc<Mounted>, Option<Arc<Principal>>) {
        (self.tool, self.caller)
    }
}

/// The caller may see the tool and not call it.
#[derive(Debug)]
pub(crate) struct Denied(pub(crate) Permits);

pub(crate) fn authorize(
    server: &Core,
    found: Found,
    caller: Option<Arc<Principal>>,
) -> Result<Permit, Denied> {
    match permits(server, &found.0, caller.as_deref()) {
        Permits::Yes => Ok(Permit {
            tool: found.0,
            caller,
        }),
        denied => Err(Denied(denied)),
    }
}

/// Whether a caller may call a tool.
pub(crate) fn permits(server: &Core, tool: &Mounted, caller: Option<&Principal>) -> Permits {
    let Effective { auth, tenants, .. } = &tool.policies;
    allows(server, &tool.home, (auth, tenants), caller)
}

/// Whether a rule of a server and its tenants' lists let a caller through.
fn allows(
    server: &Core,
    home: &Home,
    (rule, tenants): (&Rule, &Admits),
    caller: Option<&Principal>,
) -> Permits {
    // No scope opens what the caller's tenant does not have.
    if !tenants.admit(caller) {
        return Permits::No;
    }
    let Rule::Requires(auth) = rule else {
        return Permits::Yes;
    };
    let Some(caller) = caller else {
        return Permits::No;
    };
    let holds = |leaf: &Leaf<'_>| holds(server, home, caller, leaf);
    if auth.eval(|leaf| holds(&leaf)) {
        return Permits::Yes;
    }
    cheapest(auth, holds).map_or(Permits::No, Permits::NeedsScopes)
}

impl Core {
    /// Whether a scope is granted to a caller, by itself or by one that implies it in this server.
    pub(crate) fn holds_scope(&self, home: &Home, caller: &Principal, scope: &str) -> bool {
        caller.has_scope(scope)
            || caller
                .granted_scopes()
                .any(|granted| self.implies(home, granted, scope))
    }

    /// Whether every caller that a tool lets through holds a scope.
    pub(crate) fn guarantees_scope(&self, tool: &Mounted, scope: &str) -> bool {
        let grants = |leaf: &Leaf<'_>| match leaf {
            Leaf::Scope(asked) => *asked == scope || self.implies(&tool.home, asked, scope),
            _ => false,
        };
        let Rule::Requires(auth) = &tool.policies.auth else {
            return false;
        };
        auth.branches()
            .iter()
            .all(|branch| branch.iter().any(grants))
    }
}

fn holds(server: &Core, home: &Home, caller: &Principal, leaf: &Leaf<'_>) -> bool {
    match leaf {
        Leaf::User => true,
        Leaf::Scope(scope) => server.holds_scope(home, caller, scope),
        Leaf::Role(role) => caller.has_role(role),
        Leaf::Claim { path, value } => match caller.claim_at(path) {
            Some(Value::String(claim)) => claim == value,
            Some(Value::Array(items)) => items.iter().any(|item| item == value),
            Some(Value::Number(number)) => number.to_string() == *value,
            Some(Value::Bool(flag)) => flag.to_string() == *value,
            _ => false,
        },
    }
}

/// The scopes that somebody of whom nothing is known should ask for, to be let in by the way that takes the fewest.
#[cfg(feature = "auth")]
pub(crate) fn scopes_to_ask(auth: &Auth<'static>) -> Vec<&'static str> {
    let scopes = |branch: Vec<Leaf<'static>>| -> Vec<&'static str> {
        let scopes = branch.into_iter().filter_map(|leaf| match leaf {
            Leaf::Scope(scope) => Some(scope),
            _ => None,
        });
        scopes.collect()
    };
    let branches = auth.branches().into_iter().map(scopes);
    branches.min_by_key(Vec::len).unwrap_or_default()
}

/// Of the ways to satisfy the expression by scopes alone, the one that asks for the fewest new ones: its full set of scopes.
fn cheapest(auth: &Auth<'_>, holds: impl Fn(&Leaf<'_>) -> bool) -> Option<Vec<String>> {
    let branches = auth.branches();
    let reachable = branches.iter().filter_map(|branch| {
        let mut scopes = Vec::new();
        let mut missing = 0;
        for leaf in branch {
            let held = holds(leaf);
            match leaf {
                Leaf::Scope(scope) => {
                    missing += usize::from(!held);
                    scopes.push((*scope).to_owned());
                }
                _ if !held => return None,
                _ => {}
            }
        }
        Some((missing, scopes))
    });
    reachable
        .min_by_key(|(missing, _)| *missing)
        .map(|(_, scopes)| scopes)
}
