//! Stage 2: every call leaves one span and one event, denied and cancelled ones too.
//!
//! Refuses nothing. Keeps no state.

use tokio::time::Instant;
use tracing::Span;

/// A call under observation. Dropped before its end (the client went away), it reports a cancellation.
#[derive(Debug)]
pub(crate) struct Observed {
    span: Span,
    started: Instant,
    reported: bool,
}

impl Observed {
    pub(crate) fn start(tool: &str, request_id: &str) -> Self {
        Self {
            span: tracing::info_span!("tools/call", tool, request_id),
            started: Instant::now(),
            reported: false,
        }
    }

    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// The one event of the call: `ok`, or the code of what went wrong.
    pub(crate) fn finish(mut self, outcome: &'static str) {
        self.report(outcome);
    }

    fn report(&mut self, outcome: &'static str) {
        self.reported = true;
        let elapsed = self.started.elapsed();
        self.span.in_scope(|| {
            tracing::info!(
                outcome,
                duration_us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX),
                "call"
            );
        });
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        if !self.reported {
            self.report("cancelled");
        }
    }
}
