//! Stage 2: every call leaves one span, one event, its figures and its audit record; denied and cancelled ones too.
//!
//! Refuses nothing. Keeps no state but the tools' meters.

use std::sync::Arc;

use tokio::time::Instant;
use tracing::Span;

use super::audit::Draft;
use crate::corridor::Request;
use crate::error::Reply;
use crate::facts::Facts;
use crate::server::Core;

/// What a caller chose is shown to this length.
const SHOWN: usize = 128;

/// A call under observation. Dropped before its end (the client went away), it reports a cancellation.
#[derive(Debug)]
pub(crate) struct Observed {
    server: Arc<Core>,
    span: Span,
    started: Instant,
    facts: Arc<Facts>,
    draft: Option<Draft>,
    reported: bool,
}

impl Observed {
    pub(crate) fn start(server: &Arc<Core>, request: &Request) -> Self {
        let draft = Draft::of(server, request);
        let (tool, request_id) = (shown(&request.tool), shown(&request.origin.request_id));
        let trace_id = request.origin.trace.map(tracing::field::display);
        Self {
            span: tracing::info_span!("tools/call", tool, request_id, trace_id),
            started: Instant::now(),
            facts: Arc::new(Facts::new(draft.is_some())),
            draft,
            server: Arc::clone(server),
            reported: false,
        }
    }

    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    pub(crate) fn facts(&self) -> &Arc<Facts> {
        &self.facts
    }

    /// The call's end. `refused` is the step that refused it, if one did.
    pub(crate) fn finish(mut self, reply: &Reply, refused: Option<&'static str>) {
        self.report(reply, refused);
    }

    fn report(&mut self, reply: &Reply, refused: Option<&'static str>) {
        self.reported = true;
        let took = self.started.elapsed();
        let outcome = reply.outcome();
        let facts = self.facts.read();
        let step = facts.step(refused);
        match facts.tool {
            Some(tool) => tool.meter.count(outcome, &facts, took),
            None => self.server.count_unknown(),
        }
        let _inside = self.span.enter();
        tracing::info!(
            outcome,
            step,
            attempts = facts.attempts,
            cache = facts.cache.map(|cache| cache.name()),
            bytes_in = facts.bytes_in,
            bytes_out = facts.bytes_out,
            duration_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            "call"
        );
        if let Some(draft) = self.draft.take() {
            draft.finish(&self.server, &self.facts, reply, step, took);
        }
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        if !self.reported {
            self.report(&Reply::Cancelled, Some(crate::error::CLIENT));
        }
    }
}

/// What a caller chose, short enough for a log.
pub(crate) fn shown(text: &str) -> &str {
    &text[..text.floor_char_boundary(SHOWN)]
}
