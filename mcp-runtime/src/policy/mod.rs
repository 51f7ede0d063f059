//! The stages of a call, one file each. What each declared policy means is told at the top of its file.
//!
//! A stage gives the next one a proof that it has run, and refuses with a small type of its own.

pub(crate) mod attempt;
pub(crate) mod audit;
pub(crate) mod auth;
pub(crate) mod breaker;
pub(crate) mod cache;
pub(crate) mod check;
pub(crate) mod concurrency;
pub(crate) mod confirm;
mod defaults;
pub(crate) mod deprecated;
mod direction;
#[cfg(test)]
pub(crate) mod fixture;
pub(crate) mod gate;
pub(crate) mod idempotency;
mod inherit;
pub(crate) mod invalidates;
pub(crate) mod material;
pub(crate) mod overrides;
pub(crate) mod per;
pub(crate) mod rate;
pub(crate) mod redaction;
pub(crate) mod retry;
mod shared;
pub(crate) mod size;
mod spelling;
pub(crate) mod telemetry;
pub(crate) mod tenants;
pub(crate) mod timeout;
pub(crate) mod validation;
pub(crate) mod when;

use std::sync::Arc;

pub use self::defaults::Policies;
pub(crate) use self::direction::{Direction, Side, direction};
pub(crate) use self::inherit::{Source, Sources};
use self::overrides::Overrides;
pub(crate) use self::shared::Shared;
pub(crate) use self::spelling::spelt;
use self::tenants::Named;
use crate::hash::Hash;

/// The policies of one tool as they run: what it declares, then what its list and its server declare for it.
#[derive(Debug)]
pub(crate) struct Effective {
    pub(crate) declared: mcp_grammar::Policies<'static>,
    pub(crate) auth: auth::Rule,
    /// Which tenants have it.
    pub(crate) tenants: tenants::Admits,
    pub(crate) rate: rate::Rule,
    pub(crate) confirm: Option<confirm::Rule>,
    pub(crate) timeout: timeout::Rule,
    pub(crate) retry: Option<retry::Rule>,
    pub(crate) breaker: Option<breaker::Rule>,
    pub(crate) concurrency: Option<concurrency::Rule>,
    /// Who declared what.
    pub(crate) sources: Sources,
    pub(crate) size: size::Rule,
    pub(crate) audit: audit::Rule,
    pub(crate) cache: Option<Arc<cache::Rule>>,
    pub(crate) idempotency: Option<idempotency::Rule>,
    /// What was declared where an operator's override holds.
    #[cfg(feature = "cli")]
    overridden: overrides::Declared,
    /// The rates of single tenants.
    #[cfg(feature = "cli")]
    pub(crate) tenant_rates: tenants::Rates,
    fingerprint: String,
}

impl Effective {
    /// A tool's own word counts first, then the nearest default's.
    pub(crate) fn new(
        named: Named<'_>,
        own: &mcp_grammar::Policies<'static>,
        defaults: &[(Source, mcp_grammar::Policies<'static>)],
        overrides: &Overrides,
        shared: &mut Shared,
        problems: &mut Vec<String>,
    ) -> Self {
        let tool = named.name;
        let (written, mut sources) = inherit::inherit(own, defaults);
        let mut declared = written;
        let overridden = overrides.apply(tool, &mut declared, problems);
        sources.override_all(overridden.iter().map(|(policy, _)| *policy));
        let conflicts = sources.conflicts(&declared).into_iter();
        problems.extend(conflicts.map(|conflict| format!("tool `{tool}`: {conflict}")));
        let auth = auth::Rule::new(declared.auth);
        let tenants = overrides.tenants.admits(named.of, named.tags);
        let tenant_rates = overrides
            .tenants
            .buckets(tool, (&written, &declared), &auth, problems);
        let rate = rate::Rule::new(
            &shared.keys,
            tool,
            (&declared, &tenant_rates),
            auth.guarantees_caller(),
            problems,
        );
        shared.buckets(tool, &rate, problems);
        Self {
            auth,
            rate,
            confirm: confirm::Rule::new(declared.confirm),
            timeout: timeout::Rule::new(&declared),
            retry: retry::Rule::new(&declared),
            breaker: declared
                .breaker
                .map(|breaker| shared.breaker(tool, breaker, problems)),
            concurrency: declared
                .concurrency
                .map(|bound| concurrency::Rule::new(&shared.keys, tool, &bound)),
            size: size::Rule::new(&declared),
            audit: audit::Rule::new(&declared),
            #[cfg(feature = "cli")]
            overridden,
            fingerprint: fingerprint(&made_under(&declared, &tenants, &tenant_rates)),
            tenants,
            #[cfg(feature = "cli")]
            tenant_rates,
            cache: cache::Rule::new(&declared),
            idempotency: idempotency::Rule::new(&declared),
            declared,
            sources,
        }
    }

    /// Whether some callers see it and others may not.
    pub(crate) fn tells_callers_apart(&self) -> bool {
        self.auth.guarantees_caller() || self.tenants.is_bound()
    }

    /// What was declared for a policy that an operator has set.
    #[cfg(feature = "cli")]
    pub(crate) fn declared_before(&self, policy: &str) -> Option<&[String]> {
        let found = self.overridden.iter().find(|(name, _)| *name == policy);
        found.map(|(_, declared)| declared.as_slice())
    }

    /// A hash of all policies: what a sealed state or a record was made under.
    pub(crate) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

/// All that decides about calls of one tool, as text.
fn made_under(
    declared: &mcp_grammar::Policies<'static>,
    tenants: &tenants::Admits,
    rates: &tenants::Rates,
) -> String {
    let mut text = format!("{declared:?}");
    if let Some(tenants) = tenants.spelt() {
        text.push_str(&format!("{tenants:?}"));
    }
    if rates.each().next().is_some() {
        text.push_str(&format!("{rates:?}"));
    }
    text
}

/// A short hash of what something was made under.
pub(crate) fn fingerprint(text: &str) -> String {
    let mut digits = Hash::of(text).to_string();
    digits.truncate(16);
    digits
}
