//! What a record says, as a line of the audit file and as a tracing event.

use std::fmt;
use std::sync::Arc;
#[cfg(test)]
use std::time::Duration;

use jiff::Timestamp;
use mcp_grammar::Level;
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use super::sorted::Sorted;
use crate::error::Reply;
use crate::facts::CacheUse;
use crate::hash::{Hash, Named};
use crate::policy::telemetry::End;
use crate::principal::Principal;
use crate::server::registry::Mounted;
use crate::trace::TraceId;

/// Longer arguments and answers than this are recorded by their hash: a bound on what waits to be written.
const LONGEST: usize = 16 * 1024;

/// One call, over.
#[derive(Debug)]
pub(crate) struct Record {
    pub(super) time: Timestamp,
    pub(super) request: Arc<str>,
    pub(super) trace: Option<TraceId>,
    pub(super) caller: Option<Arc<Principal>>,
    pub(super) mounted: Option<Arc<Mounted>>,
    /// The name as it was called.
    pub(super) tool: Arc<str>,
    pub(super) end: End,
    pub(super) arguments: Option<Arguments>,
    pub(super) attempts: u32,
    pub(super) cache: Option<CacheUse>,
    pub(super) bytes_in: u64,
    pub(super) incident: Option<String>,
    pub(super) result: Option<Arguments>,
}

/// What a record says of the arguments, or of the answer.
#[derive(Debug, Clone)]
pub(crate) enum Arguments {
    Digest(Hash),
    Json(Box<RawValue>),
}

impl Arguments {
    /// Of arguments whose secrets are masked already: a hash of a secret can be guessed from.
    pub(super) fn of(level: Level, masked: &Map<String, Value>) -> Self {
        let masked = Sorted(masked);
        match level >= Level::Args {
            true => Self::shown(&masked),
            false => Self::Digest(Hash::of_json(&masked)),
        }
    }

    /// In full, unless that is too long.
    fn shown(value: &impl Serialize) -> Self {
        match to_raw_value(value) {
            Ok(json) if json.get().len() <= LONGEST => Self::Json(json),
            Ok(json) => Self::Digest(Hash::of(json.get())),
            Err(_) => Self::Digest(Hash::of_json(value)),
        }
    }

    fn parts(this: Option<&Self>) -> (Option<&RawValue>, Option<Named>) {
        match this {
            None => (None, None),
            Some(Self::Digest(hash)) => (None, Some(hash.named())),
            Some(Self::Json(json)) => (Some(json), None),
        }
    }
}

/// What `full` says of the answer, once it is redacted and of its final size.
pub(super) fn result(reply: &Reply) -> Option<Arguments> {
    #[derive(Serialize)]
    struct Answer<'a> {
        content: &'a [crate::answer::Content],
        #[serde(rename = "structuredContent", skip_serializing_if = "Option::is_none")]
        structured: Option<&'a RawValue>,
    }
    match reply {
        Reply::Output(output) => {
            let answer = Answer {
                content: &output.content,
                structured: output.structured.as_deref(),
            };
            Some(Arguments::shown(&answer))
        }
        Reply::Failure(failure) => Some(Arguments::shown(&failure.object())),
        _ => None,
    }
}

impl Record {
    /// A record of nothing.
    #[cfg(test)]
    pub(super) fn blank() -> Self {
        Self {
            time: Timestamp::UNIX_EPOCH,
            request: "".into(),
            trace: None,
            caller: None,
            mounted: None,
            tool: "".into(),
            end: End {
                outcome: "unknown_tool",
                step: "gate",
                decision: "deny",
                bytes_out: 0,
                took: Duration::ZERO,
            },
            arguments: None,
            attempts: 0,
            cache: None,
            bytes_in: 0,
            incident: None,
            result: None,
        }
    }

    /// The record as an event of the target `audit`.
    pub(super) fn emit(&self) {
        if !tracing::enabled!(target: super::TARGET, tracing::Level::INFO) {
            return;
        }
        let line = self.line();
        let who = line.principal.as_ref();
        tracing::info!(
            target: super::TARGET,
            time = line.time.to_string(),
            request = line.request,
            trace = line.trace.map(|trace| trace.to_string()),
            issuer = who.map(|who| who.issuer),
            subject = who.map(|who| who.subject),
            tenant = who.and_then(|who| who.tenant),
            client = who.and_then(|who| who.client),
            tool = line.tool,
            schema = line.schema,
            policy = line.policy,
            decision = line.decision,
            step = line.step,
            arguments = line.arguments.map(RawValue::get),
            arguments_digest = line.arguments_digest.map(|digest| digest.to_string()),
            outcome = line.outcome,
            attempts = line.attempts,
            cache = line.cache,
            bytes_in = line.bytes_in,
            bytes_out = line.bytes_out,
            duration_us = line.duration_us,
            incident = line.incident,
            result = line.result.map(RawValue::get),
            result_digest = line.result_digest.map(|digest| digest.to_string()),
        );
    }

    /// The record in the form in which it is written.
    pub(super) fn line(&self) -> Line<'_> {
        let (arguments, arguments_digest) = Arguments::parts(self.arguments.as_ref());
        let (result, result_digest) = Arguments::parts(self.result.as_ref());
        let mounted = self.mounted.as_deref();
        Line {
            time: self.time,
            request: &self.request,
            trace: self.trace,
            principal: self.caller.as_deref().map(|caller| Who {
                issuer: caller.issuer(),
                subject: caller.subject(),
                tenant: caller.tenant_id(),
                client: caller.client(),
            }),
            tool: mounted.map_or(&self.tool, |mounted| &mounted.name),
            schema: mounted.map(|mounted| mounted.input.fingerprint.as_str()),
            policy: mounted.map(|mounted| mounted.policies.fingerprint()),
            decision: self.end.decision,
            step: self.end.step,
            arguments,
            arguments_digest,
            outcome: self.end.outcome,
            attempts: self.attempts,
            cache: self.cache.map(CacheUse::name),
            bytes_in: self.bytes_in,
            bytes_out: self.end.bytes_out,
            duration_us: u64::try_from(self.end.took.as_micros()).unwrap_or(u64::MAX),
            incident: self.incident.as_deref(),
            result,
            result_digest,
        }
    }
}

/// A record's fields, in the order in which they are written.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Line<'a> {
    time: Timestamp,
    request: &'a str,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text")]
    trace: Option<TraceId>,
    principal: Option<Who<'a>>,
    tool: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<&'a str>,
    decision: &'static str,
    step: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    arguments: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text")]
    arguments_digest: Option<Named>,
    outcome: &'static str,
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache: Option<&'static str>,
    bytes_in: u64,
    bytes_out: u64,
    duration_us: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    incident: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text")]
    result_digest: Option<Named>,
}

fn as_text<S: Serializer>(
    field: &Option<impl fmt::Display>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match field {
        Some(field) => serializer.collect_str(field),
        None => serializer.serialize_none(),
    }
}

/// The caller, without what it may do and without its claims.
#[derive(Debug, Serialize)]
struct Who<'a> {
    issuer: &'a str,
    subject: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<&'a str>,
}
