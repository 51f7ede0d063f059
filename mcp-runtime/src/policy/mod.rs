//! The stages of a call, one file each. What each declared policy means is told at the top of its file.
//!
//! A stage gives the next one a proof that it has run, and refuses with a small type of its own.

pub(crate) mod attempt;
pub(crate) mod auth;
pub(crate) mod cache;
pub(crate) mod check;
pub(crate) mod confirm;
pub(crate) mod gate;
pub(crate) mod idempotency;
pub(crate) mod invalidates;
mod material;
pub(crate) mod telemetry;
pub(crate) mod timeout;
pub(crate) mod validation;

use std::sync::Arc;

use mcp_grammar::Policies;
use sha2::{Digest as _, Sha256};

/// The policies of one tool as they run: what it declares, then what its list and its server declare for it.
#[derive(Debug)]
pub(crate) struct Effective {
    pub(crate) declared: Policies<'static>,
    pub(crate) auth: auth::Rule,
    pub(crate) timeout: timeout::Rule,
    pub(crate) confirm: Option<confirm::Rule>,
    pub(crate) cache: Option<Arc<cache::Rule>>,
    pub(crate) idempotency: Option<idempotency::Rule>,
    fingerprint: String,
}

impl Effective {
    /// A tool's own word counts first, then its list's, then the server's.
    pub(crate) fn resolve(own: &Policies<'static>, defaults: &[&Policies<'static>]) -> Self {
        let mut declared = *own;
        for default in defaults {
            declared.auth = declared.auth.or(default.auth);
            declared.timeout = declared.timeout.or(default.timeout);
            if declared.rate.is_empty() {
                declared.rate = default.rate;
            }
        }
        Self {
            auth: auth::Rule::new(declared.auth),
            cache: cache::Rule::new(&declared),
            timeout: timeout::Rule::new(&declared),
            confirm: confirm::Rule::new(declared.confirm),
            idempotency: idempotency::Rule::new(&declared),
            fingerprint: fingerprint(&declared),
            declared,
        }
    }

    /// A hash of all policies: what a sealed state or a record was made under.
    pub(crate) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

fn fingerprint(policies: &Policies<'_>) -> String {
    let digest = Sha256::digest(format!("{policies:?}"));
    digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
