//! `audit = ".."`: one record a call, whatever becomes of it.
//!
//! A record goes to the tracing target `audit`, and to the server's audit file where it has one. How much it holds is the tool's own level:
//! `meta` (who, what, when, how it ended; the default of a `read_only` tool), `args` (the arguments too, secrets masked; the default of
//! others), `full` (the answer too), `off` (no record).
//!
//! Refuses a call of a tool with `required` while its record cannot be kept. Keeps the file's queue, see [`trail`].

mod chain;
mod record;
mod sorted;
mod trail;
mod verify;
mod writer;

use std::sync::Arc;

use jiff::Timestamp;
use mcp_grammar::{Level, Policies};
use parking_lot::Mutex;
use serde_json::{Map, Value};

pub(crate) use self::record::{Arguments, Record};
pub(crate) use self::trail::{Place, Sink};
pub use self::verify::{Broken, Fault, Verified, verify};
use super::redaction;
use super::telemetry::{End, shown};
use crate::corridor::Request;
use crate::error::Reply;
use crate::facts::Facts;
use crate::principal::Principal;
use crate::server::Core;
use crate::server::registry::Mounted;
use crate::trace::TraceId;

/// The tracing target of records.
const TARGET: &str = "audit";

/// Whether a call must be recorded to run, and how much of it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    level: Level,
    pub(crate) required: bool,
}

impl Rule {
    pub(super) fn new(policies: &Policies<'_>) -> Self {
        let default = match policies.read_only {
            true => Level::Meta,
            false => Level::Args,
        };
        let declared = policies.audit;
        Self {
            level: declared.map_or(default, |audit| audit.level),
            required: declared.is_some_and(|audit| audit.required),
        }
    }

    /// The level as it is written.
    pub(crate) fn level(self) -> &'static str {
        match self.level {
            Level::Off => "off",
            Level::Meta => "meta",
            Level::Args => "args",
            Level::Full => "full",
        }
    }
}

/// The tool's records are required, and there is no room for one now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unrecordable;

/// What stages keep for a call's record.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    wanted: bool,
    kept: Mutex<Kept>,
}

/// What becomes a part of the record.
#[derive(Debug, Default)]
struct Kept {
    arguments: Option<Arguments>,
    /// A place in the queue that nobody else can take.
    place: Option<Place>,
}

impl Notes {
    pub(crate) fn new(wanted: bool) -> Self {
        Self {
            wanted,
            ..Self::default()
        }
    }

    /// Keeps what the record will say of the arguments: now, since the call may be dropped wherever it waits. Called once the caller is
    /// known to be allowed to send them, and their size to be within bounds.
    pub(crate) fn arguments(&self, tool: &Mounted, arguments: &Map<String, Value>) {
        let level = tool.policies.audit.level;
        if self.wanted && level != Level::Off {
            let masked = redaction::masked(tool, arguments);
            let arguments = Arguments::of(level, &masked);
            self.kept.lock().arguments.get_or_insert(arguments);
        }
    }
}

/// Makes sure of a place for the record, where the tool does not run without one.
pub(crate) fn admit(server: &Core, tool: &Mounted, notes: &Notes) -> Result<(), Unrecordable> {
    if tool.policies.audit.required {
        notes.kept.lock().place = Some(server.audit.reserve()?);
    }
    Ok(())
}

/// A record at its call's beginning: what is gone by the end.
#[derive(Debug)]
pub(crate) struct Draft {
    time: Timestamp,
    request: Arc<str>,
    trace: Option<TraceId>,
    caller: Option<Arc<Principal>>,
    tool: Arc<str>,
}

impl Draft {
    /// `None` where nobody would read it.
    pub(crate) fn of(server: &Core, request: &Request) -> Option<Self> {
        let listened = tracing::enabled!(target: TARGET, tracing::Level::INFO);
        (listened || server.audit.is_open()).then(|| Self {
            time: Timestamp::now(),
            request: bounded(&request.origin.request_id),
            trace: request.origin.trace,
            caller: request.caller.clone(),
            tool: bounded(&request.tool),
        })
    }

    pub(crate) fn finish(self, server: &Core, facts: &Facts, reply: &Reply, end: End) {
        let noted = facts.read();
        // A tool that is not there has no level; that somebody asked for it is worth a line.
        let level = noted
            .tool
            .map_or(Level::Meta, |tool| tool.policies.audit.level);
        if level == Level::Off {
            return;
        }
        let Kept { arguments, place } = std::mem::take(&mut *facts.audit.kept.lock());
        let record = Record {
            time: self.time,
            request: self.request,
            trace: self.trace,
            caller: self.caller,
            mounted: noted.tool.cloned(),
            tool: self.tool,
            end,
            arguments,
            attempts: noted.attempts,
            cache: noted.cache,
            bytes_in: noted.bytes_in,
            incident: reply.incident().map(str::to_owned),
            result: (level == Level::Full)
                .then(|| record::result(reply))
                .flatten(),
        };
        record.emit();
        server.audit.write(record, place);
    }
}

/// What a caller chose, short enough to wait for the file's writer: what waits has a bound, and this may be as long as a message.
fn bounded(text: &Arc<str>) -> Arc<str> {
    let shown = shown(text);
    match shown.len() < text.len() {
        true => shown.into(),
        false => Arc::clone(text),
    }
}

#[cfg(test)]
mod tests;
