//! Stages 7 and 12: `breaker = ".."`, leaving a tool alone that keeps failing, or all tools of one upstream.
//!
//! Refuses at stage 7, before anything is charged, and once more at stage 12, where places for probes are given out. Passing
//! faults, times that are over, and bugs count as failures. What a policy refuses and what a client cancels does not count at
//! all: it says nothing about the tool. Never kept per caller: an upstream that is down is down for all.
//!
//! Keeps one [`Circuit`] a tool, or one a name where the breaker is `shared`.

mod circuit;

use std::sync::Arc;
use std::time::Duration;

use self::circuit::{Circuit, Verdict};
use crate::answer::Output;
use crate::call::Call;
use crate::error::{ErrorKind, Failure, Refusal};
use crate::human::AtLeast;

/// The circuit a tool hangs on.
#[derive(Debug, Clone)]
pub(crate) struct Rule(Arc<Circuit>);

/// Too many calls failed: the tool is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Open {
    /// How long until it is tried again.
    pub(crate) wait: Duration,
}

impl Rule {
    /// `name` is the tool's or the shared upstream's, for the log.
    pub(super) fn new(name: &str, declared: mcp_grammar::Breaker<'static>) -> Self {
        Self(Arc::new(Circuit::new(name, declared)))
    }

    pub(super) fn declared(&self) -> mcp_grammar::Breaker<'static> {
        self.0.declared
    }
}

impl Open {
    pub(crate) fn failure(self, tool: &str) -> Failure {
        let wait = AtLeast(self.wait);
        let text = format!(
            "`{tool}` is left alone for now: too many of its calls failed. Retry in {wait}."
        );
        Failure::new("unavailable", text).retry_after(self.wait)
    }
}

/// Stage 7: whether an attempt made now would be let through. Takes no place.
pub(crate) fn peek(call: &Call) -> Result<(), Open> {
    match &call.tool.policies.breaker {
        None => Ok(()),
        Some(rule) => rule.0.peek().map_err(|wait| Open { wait }),
    }
}

/// Stage 12: a place for one attempt.
pub(crate) fn admit(call: &Call) -> Result<Permit<'_>, Open> {
    let taken = match &call.tool.policies.breaker {
        None => None,
        Some(rule) => {
            let turn = rule.0.admit().map_err(|wait| Open { wait })?;
            Some((&*rule.0, turn))
        }
    };
    Ok(Permit(taken))
}

/// A place for one attempt. Dropped without an outcome, it is given back and says nothing about the tool.
#[derive(Debug)]
#[must_use = "a permit that is dropped records no outcome"]
pub(crate) struct Permit<'a>(Option<(&'a Circuit, u64)>);

impl Permit<'_> {
    /// Tells the breaker how the attempt ended.
    pub(crate) fn record(mut self, outcome: &Result<Output, Refusal>) {
        if let Some((circuit, turn)) = self.0.take() {
            circuit.record(turn, verdict(outcome));
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if let Some((circuit, turn)) = self.0.take() {
            circuit.record(turn, Verdict::Silent);
        }
    }
}

/// What an outcome says about the health of the tool.
fn verdict(outcome: &Result<Output, Refusal>) -> Verdict {
    match outcome {
        Ok(_) => Verdict::Success,
        Err(Refusal::Elapsed(_)) => Verdict::Failure,
        Err(Refusal::Tool(error)) => match error.kind() {
            ErrorKind::Transient | ErrorKind::Timeout | ErrorKind::Internal => Verdict::Failure,
            // It works well enough to say no.
            _ => Verdict::Success,
        },
        Err(_) => Verdict::Silent,
    }
}

#[cfg(test)]
mod tests;
