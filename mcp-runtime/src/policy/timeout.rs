//! Stage 10: `timeout = ".."`, how long a call may take in all: queueing, retries and the tool itself, and no time that
//! somebody takes to answer the tool's questions.
//!
//! Refuses when the time is over, and says whether the effect may have happened. Keeps one [`Watch`] a call.
//!
//! The default is 30 s: common clients give up at 60 s, and the server must answer first.

mod watch;

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use futures_util::poll;
use mcp_grammar::{Policies, Timeout};
use tokio::time::{Instant, sleep_until};

pub(crate) use self::watch::Watch;
use crate::call::Call;
use crate::error::{Failure, Refusal};
use crate::human::Exactly;

/// The time a call may take.
#[derive(Debug)]
pub(crate) struct Rule {
    total: Duration,
    attempt: Option<Duration>,
    idle: Option<Duration>,
    as_task: Option<Duration>,
    outcome: &'static str,
}

/// The time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Elapsed {
    pub(crate) what: What,
    pub(crate) after: Duration,
    /// `safe_to_retry`, or `unknown` where the effect may have happened.
    pub(crate) outcome: &'static str,
}

/// Which time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// The whole call's.
    Call,
    /// The whole call's, before the tool had a place to run in.
    Queue,
    /// One attempt's: another one may fit.
    Attempt,
    /// The tool's, to show that it goes on.
    Idle,
}

impl Rule {
    pub(super) fn new(policies: &Policies<'_>) -> Self {
        let Timeout {
            total,
            attempt,
            idle,
        } = policies.timeout.unwrap_or(Timeout::DEFAULT);
        let repeatable = policies.read_only || policies.idempotent;
        Self {
            total,
            attempt,
            idle,
            // What nobody waits for has all the time it is kept.
            as_task: policies
                .task
                .filter(|_| policies.timeout.is_none())
                .map(|task| task.ttl),
            outcome: if repeatable {
                "safe_to_retry"
            } else {
                "unknown"
            },
        }
    }

    /// The time of a whole call.
    fn total(&self, is_task: bool) -> Duration {
        self.as_task.filter(|_| is_task).unwrap_or(self.total)
    }

    fn elapsed(&self, what: What, after: Duration) -> Elapsed {
        let outcome = match what {
            What::Queue => "safe_to_retry",
            _ => self.outcome,
        };
        Elapsed {
            what,
            after,
            outcome,
        }
    }
}

impl Elapsed {
    pub(crate) fn failure(self, tool: &str) -> Failure {
        let after = Exactly(self.after);
        let text = match self.what {
            What::Call | What::Attempt => format!("`{tool}` took longer than {after}"),
            What::Idle => format!("`{tool}` made no progress for {after}"),
            What::Queue => format!("`{tool}` had no place to run in for {after}"),
        };
        Failure::new("timeout", text).detail("outcome", self.outcome)
    }
}

/// Lets one attempt run for as long as it and its call may.
pub(crate) async fn attempt<T>(
    call: &Call,
    mut work: Pin<&mut impl Future<Output = Result<T, Refusal>>>,
) -> Result<T, Refusal> {
    let (rule, watch) = (&call.tool.policies.timeout, &call.watch);
    let began = watch.begin();
    if watch.end(rule, &began).at > began.at() {
        // Most tools are done at once, and never need a timer.
        if let Poll::Ready(done) = poll!(&mut work) {
            return done;
        }
    }
    loop {
        let end = watch.end(rule, &began);
        if end.at <= Instant::now() {
            return Err(end.elapsed.into());
        }
        // The end moves while the attempt runs: later with progress and questions, sooner with an answer.
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = watch.answered(), if end.asking => {}
            () = sleep_until(end.at) => {}
        }
    }
}

/// Waits for an answer that another call is making, for as long as this one has time. Where `ours` says that this call is making it after all,
/// what makes it has an eye on the time.
pub(super) async fn within<T>(
    call: &Call,
    work: impl Future<Output = Result<T, Refusal>>,
    ours: impl Fn() -> bool,
) -> Result<T, Refusal> {
    let rule = &call.tool.policies.timeout;
    let mut work = pin!(work);
    match tokio::time::timeout(left(call), &mut work).await {
        Ok(done) => done,
        Err(_) if ours() => work.await,
        Err(_) => Err(rule.elapsed(What::Call, call.watch.total(rule)).into()),
    }
}

/// How much of the call's time is left.
pub(super) fn left(call: &Call) -> Duration {
    call.watch.left(&call.tool.policies.timeout)
}

/// Waits for something else than the tool: for `most`, and no longer than the call has time.
pub(super) async fn queued<T>(
    call: &Call,
    most: Duration,
    work: impl Future<Output = T>,
) -> Result<Option<T>, Elapsed> {
    let rule = &call.tool.policies.timeout;
    let left = left(call);
    match tokio::time::timeout(most.min(left), work).await {
        Ok(done) => Ok(Some(done)),
        Err(_) if most < left => Ok(None),
        Err(_) => Err(rule.elapsed(What::Queue, call.watch.total(rule))),
    }
}

#[cfg(test)]
mod tests;
