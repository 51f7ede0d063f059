//! The task a call runs as, as a tool's parameter.

use std::fmt;
use std::sync::Arc;

use crate::arg::{FromCall, Needs};
use crate::call::Call;
use crate::error::ToolError;

/// The task that a call runs as, for a tool that says itself when the task begins.
///
/// Without this parameter the task begins before the tool does. With it, everything up to [`begin`](Self::begin) happens while the client waits:
/// an answer or an error before it is answered at once, and questions are asked in rounds. After it the client polls.
///
/// ```
/// use mcp_runtime::prelude::*;
///
/// /// Build a report, at once where it is there already.
/// #[tool(read_only, task = "optional")]
/// async fn report(year: u16, task: Task) -> Result<String, ToolError> {
///     if year < 2000 {
///         return Err(ToolError::not_found("there are no reports from before 2000"));
///     }
///     task.begin().await?;
///     task.describe("adding up");
///     Ok(format!("the report of {year}"))
/// }
/// ```
#[derive(Clone)]
pub struct Task(Arc<Call>);

impl Task {
    /// The call is a task from here on, if its client can poll: it is kept, and the client has its handle. A second time changes nothing.
    ///
    /// # Errors
    /// An internal error where the task cannot be kept.
    pub async fn begin(&self) -> Result<(), ToolError> {
        match &self.0.origin.task {
            Some(live) => Ok(live.begin(&self.0).await?),
            None => Ok(()),
        }
    }

    /// Whether the call is a task by now, and nobody waits for it.
    pub fn has_begun(&self) -> bool {
        let live = self.0.origin.task.as_ref();
        live.is_some_and(|live| live.is_begun())
    }

    /// Tells who polls what the task is doing (`statusMessage`), in the place of what was said before.
    /// [`Context::progress`](crate::Context::progress) says it too.
    pub fn describe(&self, doing: impl Into<String>) {
        if let Some(live) = &self.0.origin.task {
            live.describe(doing.into());
        }
    }
}

impl FromCall for Task {
    fn from_call(call: &Arc<Call>) -> Result<Self, ToolError> {
        Ok(Self(Arc::clone(call)))
    }

    fn needs(needs: &mut Needs<'_>) {
        needs.task();
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task")
            .field("tool", &self.0.tool_name())
            .field("begun", &self.has_begun())
            .finish()
    }
}
