//! Work that blocks its thread, kept off the threads that serve calls.

use std::panic::resume_unwind;

use crate::error::ToolError;
use crate::policy::concurrency;
use crate::tool::{Outcome, Running};

/// Runs the function on tokio's blocking pool. Dropping the future leaves the function running: a thread cannot be stopped. It keeps the
/// call's place for as long, so that `concurrency` bounds what runs, not what is waited for.
pub(crate) fn on_its_own_thread(function: impl FnOnce() -> Outcome + Send + 'static) -> Running {
    let span = tracing::Span::current();
    Box::pin(async move {
        let slot = concurrency::held();
        let work = tokio::task::spawn_blocking(move || {
            let outcome = span.in_scope(function);
            drop(slot);
            outcome
        });
        match work.await {
            Ok(outcome) => outcome,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => resume_unwind(panic),
                Err(error) => Err(ToolError::internal(error)),
            },
        }
    })
}
