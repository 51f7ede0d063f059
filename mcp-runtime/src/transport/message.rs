//! From bytes to a message, or to the refusal that its sender reads. A pure function.
//!
//! rmcp reads what is right. What it cannot read it mostly drops, and a client would wait for ever; so such a line is
//! looked at again here, as far as it goes, for the id that an answer must carry.

use std::borrow::Cow;
use std::fmt;

use rmcp::model::ClientJsonRpcMessage;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::plain::{Arguments, Object};

/// JSON-RPC 2.0, section 5.1.
const PARSE_ERROR: i32 = -32700;
pub(super) const INVALID_REQUEST: i32 = -32600;
const INVALID_PARAMS: i32 = -32602;

/// The requests of a batch that are answered one by one. Every answer takes more bytes than a small request does.
const BATCH: usize = 1_000;

/// RFC 8259, section 8.1: a reader may ignore it.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What a line is.
#[derive(Debug)]
pub(super) enum Read {
    Message(Box<ClientJsonRpcMessage>),
    /// Nothing to hand on, and an answer to each request that was meant.
    Refused(Vec<Refusal>),
    /// Nothing that anybody waits for.
    Nothing,
}

/// The answer to a request that cannot be served.
#[derive(Debug, Serialize)]
pub(super) struct Refusal {
    jsonrpc: &'static str,
    /// Left out where it could not be read: in MCP an id is a string or a number, never null.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Box<RawValue>>,
    error: Error,
}

#[derive(Debug, Serialize)]
struct Error {
    code: i32,
    message: Cow<'static, str>,
}

impl Refusal {
    pub(super) fn new(
        code: i32,
        id: Option<Box<RawValue>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            jsonrpc: "2.0",
            id,
            error: Error {
                code,
                message: message.into(),
            },
        }
    }

    /// As the answer to the message in these bytes, if it has an id.
    #[cfg(feature = "auth")]
    pub(super) fn answering(mut self, message: &[u8]) -> Self {
        let (glances, _) = glance(message);
        self.id = glances.into_iter().next().and_then(Glance::answerable_id);
        self
    }

    /// A request whose id another one in flight has.
    pub(super) fn id_in_use(id: &rmcp::model::RequestId) -> Self {
        let id = serde_json::value::to_raw_value(id).ok();
        Self::new(
            INVALID_REQUEST,
            id,
            "a request with this id is still in flight; give each its own",
        )
    }

    /// A line of more than `limit` bytes, of which `beginning` is the beginning.
    pub(super) fn too_long(beginning: &[u8], limit: usize) -> Self {
        let (glances, _) = glance(beginning);
        let id = glances.into_iter().next().and_then(Glance::answerable_id);
        let message = format!("a message is one line of at most {limit} bytes");
        Self::new(INVALID_REQUEST, id, message)
    }
}

/// Reads one line, without its end.
pub(super) fn read(line: &[u8]) -> Read {
    let line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
    let line = line.trim_ascii();
    if line.is_empty() {
        return Read::Nothing;
    }
    match serde_json::from_slice(line) {
        Ok(message) => match named_twice(line) {
            Some(refusal) => Read::Refused(vec![refusal]),
            None => Read::Message(Box::new(message)),
        },
        Err(error) => refuse(line, &error),
    }
}

/// The answer to a request with an argument that is there twice, at any level. Readers do not agree on which one counts.
pub(super) fn named_twice(message: &[u8]) -> Option<Refusal> {
    #[derive(Deserialize)]
    struct Message {
        params: Object<Params>,
    }
    #[derive(Deserialize)]
    struct Params {
        arguments: Arguments,
    }
    let Object(Message {
        params: Object(Params { arguments }),
    }) = serde_json::from_slice(message).ok()?;
    if !arguments.twice {
        return None;
    }
    let (glances, _) = glance(message);
    let id = glances.into_iter().next().and_then(Glance::answerable_id)?;
    let message =
        "a name is there twice in `arguments`; send each argument, and each member of one, once";
    Some(Refusal::new(INVALID_PARAMS, Some(id), message))
}

/// The id of the message in these bytes, as text.
#[cfg(feature = "auth")]
pub(super) fn id(message: &[u8]) -> Option<String> {
    let (glances, _) = glance(message);
    let id = glances.into_iter().next()?.answerable_id()?;
    let text = serde_json::from_str(id.get());
    Some(text.unwrap_or_else(|_| id.get().to_owned()))
}

fn refuse(line: &[u8], error: &serde_json::Error) -> Read {
    let (glances, outcome) = glance(line);
    // Where the glance fails the line is not JSON. Where it passes, what rmcp's reading found is beyond what it can read:
    // numbers out of range, half of a surrogate pair, a depth of more than 127.
    let unreadable = match (&outcome, error.classify()) {
        (Err(found), _) if found.classify() != Category::Data => Some(found),
        (_, Category::Syntax | Category::Eof) => Some(error),
        _ => None,
    };
    if let Some(error) = unreadable {
        let id = glances.into_iter().next().and_then(Glance::answerable_id);
        let message = match str::from_utf8(line) {
            Ok(_) => format!("not JSON that can be read: {error}"),
            Err(at) => format!("not UTF-8, at byte {}", at.valid_up_to() + 1),
        };
        return Read::Refused(vec![Refusal::new(PARSE_ERROR, id, message)]);
    }
    if outcome.is_err() {
        let message = "a message is a JSON object";
        return Read::Refused(vec![Refusal::new(INVALID_REQUEST, None, message)]);
    }
    if line.starts_with(b"[") {
        return refuse_batch(glances);
    }
    match glances.into_iter().next() {
        // Never answered: two programs that refuse each other's refusals would never stop.
        Some(glance) if glance.is_answer() || glance.is_notification() => Read::Nothing,
        Some(glance) => {
            let problem = glance.problem();
            let id = glance.answerable_id();
            Read::Refused(vec![Refusal::new(INVALID_REQUEST, id, problem)])
        }
        None => Read::Nothing,
    }
}

/// Batches left the protocol with 2025-06-18. Each request in one is told so; those beyond [`BATCH`] all together.
fn refuse_batch(glances: Vec<Glance>) -> Read {
    let message = "batches are no part of MCP; send each message by itself";
    let more = glances.len() > BATCH;
    let mut refusals: Vec<Refusal> = glances
        .into_iter()
        .take(BATCH)
        .filter_map(Glance::answerable_id)
        .map(|id| Refusal::new(INVALID_REQUEST, Some(id), message))
        .collect();
    if more || refusals.is_empty() {
        refusals.push(Refusal::new(INVALID_REQUEST, None, message));
    }
    Read::Refused(refusals)
}

/// What a message's top level says. It holds what was seen before a fault, too.
#[derive(Debug, Default)]
struct Glance {
    version: Option<Box<RawValue>>,
    id: Option<Box<RawValue>>,
    method: Option<Box<RawValue>>,
    /// Whether there are params that are no object.
    odd_params: bool,
    result: bool,
    error: bool,
}

impl Glance {
    /// Whether somebody waits for an answer, and can be told.
    fn is_answerable(&self) -> bool {
        let id = self.id.as_deref();
        !self.is_answer() && id.is_some_and(|id| is_string(id) || is_number(id))
    }

    /// The id, if it is one that an answer may carry.
    fn answerable_id(self) -> Option<Box<RawValue>> {
        self.id.filter(|id| is_string(id) || is_number(id))
    }

    fn is_answer(&self) -> bool {
        self.method.is_none() && (self.result || self.error)
    }

    /// Whether it is one in all but what it says.
    fn is_notification(&self) -> bool {
        self.id.is_none() && self.is_current() && self.method.as_deref().is_some_and(is_string)
    }

    fn is_current(&self) -> bool {
        self.version
            .as_ref()
            .is_some_and(|version| version.get() == "\"2.0\"")
    }

    /// What is wrong with a message that is JSON, in the order in which its sender would look.
    fn problem(&self) -> &'static str {
        match (&self.id, &self.method) {
            _ if !self.is_current() => "`jsonrpc` must be \"2.0\"",
            (Some(id), _) if !is_string(id) && !is_integer(id) => {
                "an `id` is a string or a whole number of 64 bits"
            }
            (_, None) => "a request has a `method`",
            (_, Some(method)) if !is_string(method) => "a `method` is a string",
            _ if self.result || self.error => {
                "a message has a `method`, a `result` or an `error`, and only one of them"
            }
            _ if self.odd_params => "`params` is an object",
            _ => "not a message of MCP: a member is missing, of the wrong type, or there twice",
        }
    }
}

fn is_string(json: &RawValue) -> bool {
    json.get().starts_with('"')
}

fn is_number(json: &RawValue) -> bool {
    json.get()
        .starts_with(|c: char| c == '-' || c.is_ascii_digit())
}

fn is_integer(json: &RawValue) -> bool {
    json.get().parse::<i64>().is_ok()
}

/// Looks at the top level of a line: one glance for an object, one for each request of an array, up to one more than [`BATCH`].
fn glance(line: &[u8]) -> (Vec<Glance>, Result<(), serde_json::Error>) {
    let mut glances = Vec::new();
    let mut reader = serde_json::Deserializer::from_slice(line);
    let outcome = Line(&mut glances)
        .deserialize(&mut reader)
        .and_then(|()| reader.end());
    (glances, outcome)
}

/// Reads an object, or an array of anything, into glances.
struct Line<'a>(&'a mut Vec<Glance>);

impl<'de> DeserializeSeed<'de> for Line<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Line<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        // In the list from the start: what comes before a fault is kept.
        self.0.push(Glance::default());
        let Some(glance) = self.0.last_mut() else {
            return Ok(());
        };
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match &*key {
                "jsonrpc" => glance.version = Some(map.next_value()?),
                "id" => glance.id = Some(map.next_value()?),
                "method" => glance.method = Some(map.next_value()?),
                "params" => {
                    let params: Box<RawValue> = map.next_value()?;
                    glance.odd_params = !params.get().starts_with('{');
                }
                other => {
                    glance.result |= other == "result";
                    glance.error |= other == "error";
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(element) = seq.next_element::<Box<RawValue>>()? {
            // Nothing but objects is looked into, so that arrays in arrays take no stack.
            if element.get().starts_with('{') {
                let (glances, _) = glance(element.get().as_bytes());
                let requests = glances.into_iter().filter(Glance::is_answerable);
                self.0.extend(requests);
            }
            if self.0.len() > BATCH {
                break;
            }
        }
        // Millions of elements are no more work than their bytes.
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

#[cfg(test)]
mod tests;
