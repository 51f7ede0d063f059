//! `max_in = ".."` and `max_out = ".."`: how large the arguments and the answer of a call may be.
//!
//! Refuses arguments that are too large before any of them is read, and answers that are too large before they are kept or sent, with
//! a hint that names the tool's own arguments for asking less; or cuts text off, visibly; or puts them aside (see [`link`]). Keeps no other
//! state.
//!
//! Arguments are measured as compact JSON. An answer is its texts, data, links and `_meta`, as bytes of UTF-8 before JSON escapes them;
//! `structuredContent` says again what the content says, so the larger of the two counts. A token is four bytes, and a
//! picture or a sound is 1600 tokens whatever its bytes: an estimate, the same on every machine.

mod hint;
pub(crate) mod link;
mod weight;

use mcp_grammar::{Policies, Size, TooLarge as Action, Unit};
use serde_json::{Map, Value};

use self::hint::hint;
use self::weight::{Weight, length, measure};
use crate::answer::{Content, Output};
use crate::call::Call;
use crate::error::Refusal;
use crate::server::registry::Mounted;

const BYTES_PER_TOKEN: u64 = 4;

/// What common models are charged for a picture, at most.
const TOKENS_PER_PICTURE: u64 = 1600;

/// How large a call may be.
#[derive(Debug)]
pub(crate) struct Rule {
    arguments: Size,
    answer: Size,
}

impl Rule {
    pub(super) fn new(policies: &Policies<'_>) -> Self {
        Self {
            arguments: policies.max_in.unwrap_or(Size::MAX_IN),
            answer: policies.max_out.unwrap_or(Size::MAX_OUT),
        }
    }

    /// The same bound for an answer that is whole or nothing: it is never cut.
    pub(crate) fn whole(mut self) -> Self {
        self.answer.then = Action::Error;
        self
    }

    /// Whether an answer that is too large is put aside.
    pub(crate) fn links(&self) -> bool {
        self.answer.then == Action::Link
    }

    /// What is declared and cannot be done for a tool.
    pub(crate) fn problem(&self, has_schema: bool, is_cached: bool) -> Option<&'static str> {
        match self.links() {
            true => link::problem(has_schema, is_cached),
            false => None,
        }
    }
}

/// The arguments are too large.
#[derive(Debug)]
pub(crate) struct TooLong {
    pub(crate) most: Size,
    /// The declared argument that is the largest.
    pub(crate) largest: Option<String>,
}

/// The answer is too large.
#[derive(Debug)]
pub(crate) struct TooLarge {
    /// In the limit's unit.
    pub(crate) size: u64,
    pub(crate) most: Size,
    pub(crate) hint: String,
}

impl TooLarge {
    /// How large it is, and how large it may be.
    pub(crate) fn text(&self, tool: &str) -> String {
        let (about, unit) = match self.most.unit {
            Unit::Tokens => ("about ", "tokens"),
            Unit::Bytes => ("", "bytes"),
        };
        let (size, most) = (self.size, self.most.most);
        format!("the answer of `{tool}` has {about}{size} {unit}; it may have {most}")
    }
}

/// The size of a call's arguments, unless they are too large.
pub(crate) fn admit(tool: &Mounted, arguments: &Map<String, Value>) -> Result<u64, TooLong> {
    let most = tool.policies.size.arguments;
    measure(arguments, in_bytes(most)).ok_or_else(|| {
        let declared = arguments
            .iter()
            .filter(|(name, _)| tool.input.names.contains(name));
        let size = |value: &Value| measure(value, in_bytes(most)).unwrap_or(u64::MAX);
        TooLong {
            most,
            largest: declared
                .max_by_key(|(_, value)| size(value))
                .map(|(name, _)| name.clone()),
        }
    })
}

/// An answer's size in bytes.
pub(crate) fn bytes(output: &Output) -> u64 {
    Weight::of(output, Unit::Bytes).total()
}

/// What the call ends with, at a size that can be sent.
pub(crate) fn fit(call: &Call, outcome: Result<Output, Refusal>) -> Result<Output, Refusal> {
    let most = call.tool.policies.size.answer;
    match outcome {
        Ok(output) => Ok(shortened(most, output, &call.tool.input.names)?),
        // A failure says why; the beginning says it best.
        Err(Refusal::Tool(error)) => {
            let most = usize::try_from(in_bytes(most)).unwrap_or(usize::MAX);
            Err(Refusal::Tool(error.map_texts(|text| {
                (text.len() > most).then(|| cut(text, most, length(text)))
            })))
        }
        other => other,
    }
}

fn exceeds(most: Size, output: &Output) -> bool {
    Weight::of(output, most.unit).total() > in_bytes(most)
}

/// Why an answer is not sent. `names` are the tool's arguments.
fn too_large(most: Size, output: &Output, names: &[String]) -> TooLarge {
    let total = Weight::of(output, most.unit).total();
    TooLarge {
        size: match most.unit {
            Unit::Bytes => total,
            Unit::Tokens => total.div_ceil(BYTES_PER_TOKEN),
        },
        most,
        hint: hint(names),
    }
}

/// An answer that fits, cut where that is what the limit says. `names` are the tool's arguments.
fn shortened(most: Size, mut output: Output, names: &[String]) -> Result<Output, TooLarge> {
    let weight = Weight::of(&output, most.unit);
    if weight.total() <= in_bytes(most) {
        return Ok(output);
    }
    // Half a JSON document is none, and a schema promises a whole one.
    let text_alone = output.structured.is_none();
    match in_bytes(most).checked_sub(weight.rest) {
        // What is cut says so, or it is not cut.
        Some(room)
            if text_alone
                && most.then == Action::Truncate
                && room >= mark(weight.text).len() as u64 =>
        {
            truncate(&mut output.content, room, weight.text);
            Ok(output)
        }
        _ => Err(too_large(most, &output, names)),
    }
}

fn in_bytes(size: Size) -> u64 {
    match size.unit {
        Unit::Bytes => size.most,
        Unit::Tokens => size.most.saturating_mul(BYTES_PER_TOKEN),
    }
}

/// Cuts texts off behind `room` bytes of them; the texts behind the cut go whole.
fn truncate(content: &mut Vec<Content>, room: u64, total: u64) {
    let mut room = usize::try_from(room).unwrap_or(usize::MAX);
    let mut over = false;
    content.retain_mut(|content| {
        let Content::Text { text } = content else {
            return true;
        };
        if over {
            return false;
        }
        // Not the last text as a rule: the mark needs its room too.
        if text.len() + mark(total).len() <= room {
            room -= text.len();
            return true;
        }
        over = true;
        *text = cut(text, room, total);
        true
    });
}

/// The beginning of a text, at most `room` bytes with the mark that says what is missing; without the mark where there is no room for it.
fn cut(text: &str, room: usize, total: u64) -> String {
    let mark = Some(mark(total)).filter(|mark| mark.len() <= room);
    let mark = mark.unwrap_or_default();
    let kept = text.floor_char_boundary(room.saturating_sub(mark.len()));
    format!("{}{mark}", &text[..kept])
}

fn mark(total: u64) -> String {
    format!("\n[truncated: the whole text has {total} bytes]")
}

#[cfg(test)]
mod tests;
