//! Stage 5: the arguments become the tool's parameters.
//!
//! Refuses arguments nobody declared, that are missing, that do not read as their types, or that break a `#[validate(..)]` rule:
//! all of them in one answer, each with its path. No message repeats a value. Keeps no state.

use std::sync::Arc;

use jsonschema::error::ValidationErrorKind;
use serde_json::{Map, Value};

use super::auth::Permit;
use super::timeout::Watch;
use super::{redaction, size};
use crate::arg::{Params, reject};
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
pub(crate) struct Invalid(pub(crate) Vec<FieldError>);

pub(crate) fn decode(
    server: &Arc<Core>,
    permit: Permit,
    mut arguments: Map<String, Value>,
    mut origin: Origin,
    facts: &Arc<Facts>,
) -> Result<Decoded, Refusal> {
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
    match (read(&call), idempotency_key) {
        (Ok(ready), Ok(_)) => Ok(Decoded { call, ready }),
        (Ok(_), Err(error)) => Err(Invalid(vec![error]).into()),
        (Err(invalid), Ok(_)) => Err(invalid.into()),
        (Err(Invalid(mut errors)), Err(error)) => {
            errors.push(error);
            Err(Invalid(errors).into())
        }
    }
}

/// Reads the arguments and makes the tool's future, without polling it.
pub(crate) fn read(call: &Arc<Call>) -> Result<Running, Invalid> {
    let mut errors = Vec::new();
    if !call.tool.def.open {
        unknown(&call.tool, &call.arguments, &mut errors);
    }
    let running = (call.tool.walk)(&mut Params::reading(call, &mut errors));
    match running {
        Some(running) if errors.is_empty() => Ok(running),
        _ => {
            let mut errors = explain(call, errors);
            redaction::clean_fields(&call.tool, &call.arguments, &mut errors);
            Err(Invalid(errors))
        }
    }
}

fn unknown(tool: &Mounted, arguments: &Map<String, Value>, errors: &mut Vec<FieldError>) {
    let (known, noun) = (&tool.input.names, tool.kind.noun());
    for name in arguments.keys() {
        if known.binary_search(name).is_ok() {
            continue;
        }
        let close = known
            .iter()
            .map(|known| (strsim::damerau_levenshtein(known, name), known))
            .filter(|(distance, known)| *distance <= 1 + known.len() / 3)
            .min();
        let message = match (close, known.as_slice()) {
            (Some((_, known)), _) => format!("is not an argument of this {noun}; write `{known}`"),
            (None, []) => format!("is not an argument of this {noun}; it takes none"),
            (None, known) => format!(
                "is not an argument of this {noun}; it takes `{}`",
                known.join("`, `")
            ),
        };
        errors.push(FieldError {
            path: shown(name),
            message,
        });
    }
}

/// An argument's name comes from the caller: shown, but not at any length.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}

/// Serde stops at the first fault inside an argument; the schema knows all of them and where they are.
fn explain(call: &Call, errors: Vec<FieldError>) -> Vec<FieldError> {
    let Some(validator) = call.tool.validator() else {
        return errors;
    };
    let arguments = Value::Object(call.arguments.clone());
    let found: Vec<FieldError> = validator.iter_errors(&arguments).filter_map(told).collect();
    let mut explained = Vec::new();
    for error in errors {
        let mut nested = found
            .iter()
            .filter(|f| is_about(&f.path, &error))
            .peekable();
        match nested.peek() {
            Some(_) => explained.extend(nested.cloned()),
            None => explained.push(error),
        }
    }
    explained.dedup();
    explained
}

/// What the schema says of a value inside the arguments. A field that is missing has the path at which it is missed.
pub(crate) fn told(error: jsonschema::ValidationError<'_>) -> Option<FieldError> {
    let mut path = path(error.instance_path().as_str());
    if let ValidationErrorKind::Required {
        property: Value::String(name),
    } = error.kind()
    {
        path = match path.as_str() {
            "" => name.clone(),
            parent => format!("{parent}.{name}"),
        };
        return Some(FieldError::new(path, reject::MISSING));
    }
    (!path.is_empty()).then(|| FieldError {
        message: format!("{}", error.masked_with("the value")),
        path,
    })
}

/// Whether what stands at a path says more than the error does. Of a struct that reads all arguments, serde knows the field that is missing and not
/// where, and of another fault nothing but what was expected.
fn is_about(path: &str, error: &FieldError) -> bool {
    let at = error.path.as_str();
    let inside = |rest: &str| rest.starts_with('.') || rest.starts_with('[');
    let above = |rest: &str| rest.ends_with('.');
    at.is_empty()
        || path.strip_prefix(at).is_some_and(inside)
        || error.message == reject::MISSING && path.strip_suffix(at).is_some_and(above)
}

/// A JSON pointer as the path a reader writes: `/items/2/id` is `items[2].id`.
fn path(pointer: &str) -> String {
    let mut path = String::new();
    for segment in pointer.split('/').skip(1) {
        if segment.bytes().all(|byte| byte.is_ascii_digit()) && !path.is_empty() {
            path.push_str(&format!("[{segment}]"));
            continue;
        }
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&segment.replace("~1", "/").replace("~0", "~"));
    }
    path
}
