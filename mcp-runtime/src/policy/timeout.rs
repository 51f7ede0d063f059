//! Stage 10: `timeout = ".."`, how long a call may take in all: queueing, retries and the tool itself.
//!
//! Refuses when the time is over, and says whether the effect may have happened. Keeps no state.
//!
//! The default is 30 s: common clients give up at 60 s, and the server must answer first.

use std::future::Future;
use std::time::Duration;

use mcp_grammar::Policies;

/// The time a call may take.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) total: Duration,
    outcome: &'static str,
}

/// The time is over.
#[derive(Debug)]
pub(crate) struct Elapsed {
    pub(crate) after: Duration,
    /// `safe_to_retry`, or `unknown` where the effect may have happened.
    pub(crate) outcome: &'static str,
}

impl Rule {
    pub(super) const DEFAULT: Duration = Duration::from_secs(30);

    pub(super) fn new(policies: &Policies<'_>) -> Self {
        let total = policies.timeout.map(|timeout| timeout.total);
        let repeatable = policies.read_only || policies.idempotent;
        Self {
            total: total.unwrap_or(Self::DEFAULT),
            outcome: if repeatable {
                "safe_to_retry"
            } else {
                "unknown"
            },
        }
    }
}

pub(crate) async fn within<T, E: From<Elapsed>>(
    rule: &Rule,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    match tokio::time::timeout(rule.total, work).await {
        Ok(done) => done,
        Err(_) => Err(Elapsed {
            after: rule.total,
            outcome: rule.outcome,
        }
        .into()),
    }
}
