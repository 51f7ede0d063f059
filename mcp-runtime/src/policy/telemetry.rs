//! Stage 2: every call leaves one span, one event, its figures and its audit record; denied and cancelled ones too.
//!
//! Refuses nothing. Keeps no state but the tools' meters.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tracing::Span;

use super::audit::Draft;
use super::size;
use crate::corridor::Request;
use crate::error::Reply;
use crate::facts::{ATTEMPT, Facts};
use crate::kind::Kind;
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
            span: match request.kind {
                Kind::Tool => tracing::info_span!("tools/call", tool, request_id, trace_id),
                Kind::Resource => {
                    tracing::info_span!("resources/read", resource = tool, request_id, trace_id)
                }
                Kind::Prompt => {
                    tracing::info_span!("prompts/get", prompt = tool, request_id, trace_id)
                }
                Kind::Listing => {
                    tracing::info_span!("resources/list", listing = tool, request_id, trace_id)
                }
                Kind::Completion => tracing::info_span!(
                    "completion/complete",
                    completion = tool,
                    request_id,
                    trace_id
                ),
            },
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
        let facts = self.facts.read();
        let end = End {
            outcome: reply.outcome(),
            step: facts.step(refused),
            decision: decision(reply, refused, facts.attempts),
            bytes_out: match reply {
                Reply::Output(output) => size::bytes(output),
                _ => 0,
            },
            took: self.started.elapsed(),
        };
        match facts.tool {
            Some(tool) => tool.meter.count(&end, &facts),
            None => self.server.count_unknown(),
        }
        let _inside = self.span.enter();
        tracing::info!(
            outcome = end.outcome,
            step = end.step,
            attempts = facts.attempts,
            cache = facts.cache.map(|cache| cache.name()),
            bytes_in = facts.bytes_in,
            bytes_out = end.bytes_out,
            duration_us = u64::try_from(end.took.as_micros()).unwrap_or(u64::MAX),
            "call"
        );
        if let Some(draft) = self.draft.take() {
            draft.finish(&self.server, &self.facts, reply, end);
        }
    }
}

/// How a call ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    /// `ok`, or the code of what went wrong.
    pub(crate) outcome: &'static str,
    /// What decided it.
    pub(crate) step: &'static str,
    pub(crate) decision: &'static str,
    pub(crate) bytes_out: u64,
    pub(crate) took: Duration,
}

/// Whether the call got through to the tool, or to what was kept of it.
fn decision(reply: &Reply, refused: Option<&'static str>, attempts: u32) -> &'static str {
    match (refused, reply) {
        (None | Some(ATTEMPT), _) => "allow",
        _ if attempts > 0 => "allow",
        // It ended before that was decided.
        (_, Reply::Cancelled | Reply::InputRequired(_)) => "none",
        _ => "deny",
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
