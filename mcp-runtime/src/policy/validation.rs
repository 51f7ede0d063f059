//! Stage 5: the arguments become the tool's parameters.
//!
//! Refuses arguments nobody declared, that are missing, that do not read as their types, or that break a `#[validate(..)]` rule:
//! all of them in one answer, each with its path, and beyond a number of them how many more. No message repeats a value. Keeps no state.

mod findings;

use std::sync::Arc;

use serde_json::{Map, Value};

pub(crate) use self::findings::told;
use super::auth::Permit;
use super::timeout::Watch;
use super::{redaction, size};
use crate::arg::{Faults, Known, MOST, Params};
use crate::call::{Call, Looks, Origin};
use crate::error::{FieldError, Refusal};
use crate::facts::Facts;
use crate::prompt::words;
use crate::rounds::{Binding, Rounds};
use crate::server::Core;
use crate::server::registry::Mounted;
use crate::tool::Running;

/// Proof that the arguments are the tool's; the tool stands ready to run.
pub(crate) struct Decoded {
    pub(crate) call: Arc<Call>,
    pub(crate) ready: Running,
}

/// Every argument that cannot be used.
#[derive(Debug)]
pub(crate) struct Invalid {
    pub(crate) errors: Vec<FieldError>,
    /// How many are not among them.
    pub(crate) more: usize,
}

impl Invalid {
    fn new(mut errors: Vec<FieldError>, more: usize) -> Self {
        let beyond = errors.len().saturating_sub(MOST);
        errors.truncate(MOST);
        for error in &mut errors {
            shorten(&mut error.path);
        }
        Self {
            errors,
            more: more + beyond,
        }
    }

    /// The same, and one error more.
    fn and(mut self, error: FieldError) -> Self {
        self.errors.push(error);
        Self::new(self.errors, self.more)
    }
}

/// A call whose arguments nobody has read yet.
pub(crate) struct Opened {
    pub(crate) call: Arc<Call>,
    /// What is wrong with its idempotency key.
    key: Option<FieldError>,
}

pub(crate) fn decode(
    server: &Arc<Core>,
    permit: Permit,
    arguments: Map<String, Value>,
    origin: Origin,
    facts: &Arc<Facts>,
) -> Result<Decoded, Refusal> {
    open(server, permit, arguments, origin, facts)?.read()
}

/// Everything of the stage before the arguments are read as the tool's.
pub(crate) fn open(
    server: &Arc<Core>,
    permit: Permit,
    mut arguments: Map<String, Value>,
    mut origin: Origin,
    facts: &Arc<Facts>,
) -> Result<Opened, Refusal> {
    let (tool, caller) = permit.into_parts();
    if tool.kind.speaks_text() {
        words::typed(&tool.input.json, &mut arguments);
    }
    facts.bytes_in(size::admit(&tool, &arguments)?);
    facts.audit.arguments(&tool, &arguments);
    let idempotency_key = match &tool.policies.idempotency {
        Some(rule) => rule.take(&mut arguments),
        None => Ok(None),
    };
    let binding = Binding {
        server,
        caller: caller.as_deref(),
        tool: &tool,
        arguments: &arguments,
    };
    let state = origin.request_state.take();
    let responses = origin.input_responses.take();
    let rounds = Rounds::open(&binding, state.as_deref(), responses)?;
    let call = Arc::new(Call {
        server: Arc::clone(server),
        tool,
        arguments,
        caller,
        origin,
        rounds,
        watch: Watch::new(server.patience),
        facts: Arc::clone(facts),
        idempotency_key: idempotency_key.as_ref().ok().cloned().flatten(),
        looks: Looks::default(),
    });
    let key = idempotency_key.err();
    Ok(Opened { call, key })
}

impl Opened {
    /// Reads the arguments. All that is wrong is told at once.
    pub(crate) fn read(self) -> Result<Decoded, Refusal> {
        let Self { call, key } = self;
        match (read(&call), key) {
            (Ok(ready), None) => Ok(Decoded { call, ready }),
            (Ok(_), Some(error)) => Err(Invalid::new(vec![error], 0).into()),
            (Err(invalid), None) => Err(invalid.into()),
            (Err(invalid), Some(error)) => Err(invalid.and(error).into()),
        }
    }
}

/// Reads the arguments and makes the tool's future, without polling it.
pub(crate) fn read(call: &Arc<Call>) -> Result<Running, Invalid> {
    let mut faults = Faults::default();
    if !call.tool.def.open {
        unknown(&call.tool, &call.arguments, &mut faults);
    }
    let running = (call.tool.walk)(&mut Params::reading(call, &mut faults));
    match running {
        Some(running) if faults.is_empty() => Ok(running),
        _ => {
            let mut invalid = findings::explain(call, faults);
            redaction::clean_fields(&call.tool, &call.arguments, &mut invalid.errors);
            Err(invalid)
        }
    }
}

fn unknown(tool: &Mounted, arguments: &Map<String, Value>, faults: &mut Faults) {
    let (known, noun) = (&tool.input.names, tool.kind.noun());
    let mut listed = false;
    for name in arguments.keys() {
        if known.binary_search(name).is_ok() {
            continue;
        }
        faults.push_of_many(Known::Whole, || {
            let instead = match (nearest(known, name), known.as_slice()) {
                (Some(known), _) => format!("; write `{known}`"),
                (None, []) => "; it takes none".to_owned(),
                // Said once.
                (None, _) if std::mem::replace(&mut listed, true) => String::new(),
                (None, known) => format!("; it takes `{}`", known.join("`, `")),
            };
            let message = format!("is not an argument of this {noun}{instead}");
            FieldError::new(shown(name), message)
        });
    }
}

/// The argument that was meant, perhaps. A name longer than any argument's is not compared.
fn nearest<'a>(known: &'a [String], name: &str) -> Option<&'a String> {
    if name.len() > LONGEST_NAME {
        return None;
    }
    let distances = known
        .iter()
        .map(|known| (strsim::damerau_levenshtein(known, name), known));
    let close = distances.filter(|(distance, known)| *distance <= 1 + known.len() / 3);
    close.min().map(|(_, known)| known)
}

/// As long as an argument's name can be.
const LONGEST_NAME: usize = 64;

/// A name that comes from the caller: shown, but not at any length.
fn shown(name: &str) -> String {
    let shown = name.chars().filter(|c| !c.is_control());
    shown.take(LONGEST_NAME).collect()
}

/// Names inside names may make a path of any length.
fn shorten(path: &mut String) {
    const LONGEST: usize = 256;
    if path.len() > LONGEST {
        path.truncate(path.floor_char_boundary(LONGEST));
        path.push('…');
    }
}
