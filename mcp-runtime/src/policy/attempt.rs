//! Stage 14: the tool itself runs.
//!
//! A panic becomes an error like any other, so that permits are given back, breakers count it, and the client gets an answer. Keeps no state.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use serde_json::Value;

use crate::answer::{Content, Output};
use crate::call::Call;
use crate::error::ToolError;
use crate::middleware;
use crate::server::registry::OutputSchema;
use crate::tool::{Outcome, Running};

/// A panic's message, for the log.
#[derive(Debug)]
struct Panicked(String);

impl std::fmt::Display for Panicked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "panicked: {}", self.0)
    }
}

impl std::error::Error for Panicked {}

pub(crate) async fn run(call: &Arc<Call>, running: Running) -> Outcome {
    call.facts.attempt();
    let running = middleware::attempt(call, running);
    let outcome = AssertUnwindSafe(running).catch_unwind().await;
    let output = outcome.unwrap_or_else(|panic| Err(caught(&*panic)))?;
    match &call.tool.output {
        Some(schema) => fitted(schema, output),
        None => Ok(output),
    }
}

/// A panic as the error it is: its text is for the log alone.
pub(crate) fn caught(panic: &(dyn Any + Send)) -> ToolError {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a value that is not text");
    ToolError::internal(Panicked(text.to_owned()))
}

/// Whether an error is a panic that was [`caught`].
pub(crate) fn is_panic(error: &ToolError) -> bool {
    error.is_caused_by::<Panicked>()
}

/// Structured output as its schema promises it. Where it does not fit, the tool has a bug: debug builds and tests say so.
fn fitted(schema: &OutputSchema, mut output: Output) -> Outcome {
    let Some(json) = output.structured.take() else {
        return Ok(output);
    };
    let json = match schema.wrapped {
        true => serde_json::value::RawValue::from_string(format!("{{\"result\":{json}}}"))?,
        false => json,
    };
    if cfg!(debug_assertions) {
        let value: Value = serde_json::from_str(json.get())?;
        if let Some(misfit) = schema.misfit(&value) {
            return Err(ToolError::internal(format!(
                "the result does not fit the tool's output schema: {misfit}"
            )));
        }
    }
    if schema.wrapped {
        output.content = vec![Content::text(json.get())];
    }
    output.structured = Some(json);
    Ok(output)
}
