//! Stage 11: `retry = "3 exp 200ms..5s"`, further attempts after a passing fault.
//!
//! Refuses nothing: what it does not try again, it hands on. A failure is tried again where the tool is `read_only` or
//! `idempotent`, its kind says that it passes ([`Transient`](ErrorKind::Transient), [`Timeout`](ErrorKind::Timeout), an
//! attempt's time over), the wait fits into the call's time, and the server's [`Budget`] allows it.
//!
//! Keeps the budget, one number for the whole server.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use mcp_grammar::Policies;

use super::timeout::{self, Elapsed, What};
use super::validation;
use crate::answer::Output;
use crate::call::Call;
use crate::error::{ErrorKind, Refusal};
use crate::tool::Running;

/// Further attempts and the waits before them.
#[derive(Debug)]
pub(crate) struct Rule {
    times: u32,
    first: Duration,
    longest: Duration,
}

impl Rule {
    pub(super) fn new(policies: &Policies<'_>) -> Option<Self> {
        let retry = policies.retry?;
        (policies.read_only || policies.idempotent).then_some(Self {
            times: retry.times,
            first: retry.first,
            longest: retry.longest,
        })
    }

    /// The wait before the `n`th further attempt, counted from 0: full jitter under a bound that doubles, on top of what the
    /// failure asked for. `random` is in 0..1.
    ///
    /// The jitter comes on top, so that callers who were all told "in 2 s" do not all come back in the same instant.
    fn wait(&self, n: u32, least: Duration, random: f64) -> Duration {
        let bound = self
            .first
            .saturating_mul(1_u32.checked_shl(n).unwrap_or(u32::MAX))
            .min(self.longest);
        least.saturating_add(bound.mul_f64(random))
    }
}

/// The share of all calls that may be retries: 10 %.
///
/// When an upstream is down, every call to it fails, and retries would multiply the load it has to recover under. Each call of
/// a tool with `retry` puts in 1 token, each retry takes out 10; the budget begins full and holds 500. So no more than 50
/// retries come on top of a tenth of the calls, however long and however hard it fails.
#[derive(Debug)]
pub(crate) struct Budget(AtomicU32);

impl Budget {
    const FULL: u32 = 500;
    const RETRY: u32 = 10;

    pub(crate) fn new() -> Self {
        Self(AtomicU32::new(Self::FULL))
    }

    fn call(&self) {
        // A full budget, which is the rule, is only read.
        self.change(|tokens| (tokens < Self::FULL).then_some(tokens + 1));
    }

    fn retry(&self) -> bool {
        self.change(|tokens| tokens.checked_sub(Self::RETRY))
    }

    fn change(&self, change: impl FnMut(u32) -> Option<u32>) -> bool {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, change)
            .is_ok()
    }
}

/// Runs the attempts of a call, the first of which stands ready.
pub(crate) async fn run<F>(
    call: &Arc<Call>,
    ready: Running,
    attempted: impl Fn(Running) -> F,
) -> Result<Output, Refusal>
where
    F: Future<Output = Result<Output, Refusal>>,
{
    let Some(rule) = &call.tool.policies.retry else {
        return attempted(ready).await;
    };
    let budget = &call.server.retries;
    budget.call();
    let mut outcome = attempted(ready).await;
    for n in 0..rule.times {
        let Some(least) = outcome.as_ref().err().and_then(passing) else {
            break;
        };
        let wait = rule.wait(n, least, rand::random());
        // An answer that comes now is worth more than one that cannot come in time.
        if wait >= timeout::left(call) {
            break;
        }
        if !budget.retry() {
            tracing::debug!("no retry: the budget of the server is used up");
            break;
        }
        tracing::debug!(retry = n + 1, wait = ?wait, "trying again");
        tokio::time::sleep(wait).await;
        // A future runs once: each attempt reads the arguments anew.
        outcome = match attempted(validation::read(call)?).await {
            // Where there is no place for another attempt, the failure of the last one says more.
            Err(Refusal::Open(_) | Refusal::Crowded(_)) => break,
            next => next,
        };
    }
    outcome
}

/// The least wait, if the failure is one that passes.
fn passing(refusal: &Refusal) -> Option<Duration> {
    match refusal {
        Refusal::Tool(error) => {
            let passes = matches!(error.kind(), ErrorKind::Transient | ErrorKind::Timeout);
            passes.then(|| error.wait().unwrap_or_default())
        }
        Refusal::Elapsed(Elapsed {
            what: What::Attempt,
            ..
        }) => Some(Duration::ZERO),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
