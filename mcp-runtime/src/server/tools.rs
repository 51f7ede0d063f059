//! Tools that come and go while the server runs.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;

use super::Server;
use super::changes::{Change, Changes};

/// The tools of a server while it runs: to take some away and to bring them back.
///
/// A tool that is disabled is one that does not exist: it stands in no list, and a call of it is answered as one of an unknown tool. Calls that
/// have begun go on. Every client that wants to know is told that the list has changed.
///
/// ```
/// use mcp_runtime::prelude::*;
///
/// /// Export everything.
/// #[tool(read_only)]
/// async fn export() -> &'static str { "all of it" }
///
/// /// Close the office.
/// #[tool(destructive, confirm = "never")]
/// async fn close(ctx: Context) -> Result<(), ToolError> {
///     Ok(ctx.tools().disable("export")?)
/// }
///
/// let server = Server::new("office").mount(tools![export, close]);
/// // For code outside of tools, before the server is run:
/// let tools = server.tools();
/// tools.disable("export")?;
/// # server.check().unwrap();
/// # Ok::<(), mcp_runtime::NoSuchTool>(())
/// ```
///
/// Names are those under which the server serves the tools. A server that is [merged](Server::merge) into another one goes on using its own.
#[derive(Clone, Default)]
pub struct Tools(Arc<Inner>);

#[derive(Default)]
struct Inner {
    /// Set when the server is built.
    bound: OnceLock<Bound>,
    /// What was disabled before that.
    disabled: Mutex<BTreeSet<String>>,
}

struct Bound {
    switches: HashMap<String, Arc<Switch>>,
    changes: Changes,
}

/// Whether a tool is there.
#[derive(Debug)]
pub(crate) struct Switch(AtomicBool);

impl Server {
    /// The server's tools while it runs. Ask before the server is run; in a tool, [`Context::tools`](crate::Context::tools) gives the same.
    pub fn tools(&self) -> Tools {
        self.tools.clone()
    }
}

impl Tools {
    /// Takes a tool away.
    ///
    /// # Errors
    /// If the server has no tool of this name. Before it is built nobody knows, and then it does not start.
    pub fn disable(&self, tool: &str) -> Result<(), NoSuchTool> {
        self.turn(tool, false)
    }

    /// Brings a tool back.
    ///
    /// # Errors
    /// If the server has no tool of this name.
    pub fn enable(&self, tool: &str) -> Result<(), NoSuchTool> {
        self.turn(tool, true)
    }

    fn turn(&self, tool: &str, on: bool) -> Result<(), NoSuchTool> {
        // Held over the look at `bound`, so that nothing is noted down after the server has looked at the notes.
        let mut disabled = self.0.disabled.lock();
        let Some(bound) = self.0.bound.get() else {
            match on {
                true => drop(disabled.remove(tool)),
                false => drop(disabled.insert(tool.to_owned())),
            }
            return Ok(());
        };
        let Some(switch) = bound.switches.get(tool) else {
            return Err(NoSuchTool(tool.to_owned()));
        };
        if switch.0.swap(on, Ordering::AcqRel) != on {
            tracing::info!(tool, enabled = on, "the list of tools has changed");
            bound.changes.announce(Change::Tools);
        }
        Ok(())
    }

    /// Joins the handle and the tools. What was disabled and is not there is told.
    pub(super) fn bind(
        &self,
        switches: HashMap<String, Arc<Switch>>,
        changes: &Changes,
    ) -> Vec<String> {
        let disabled = self.0.disabled.lock();
        let mut unknown = Vec::new();
        for tool in &*disabled {
            match switches.get(tool) {
                Some(switch) => switch.0.store(false, Ordering::Release),
                None => unknown.push(format!(
                    "`tools().disable(\"{tool}\")`: the server has no such tool\n  help: `list` shows the names, namespaces included"
                )),
            }
        }
        let bound = Bound {
            switches,
            changes: changes.clone(),
        };
        // A server is built once.
        let _ = self.0.bound.set(bound);
        unknown
    }
}

impl fmt::Debug for Tools {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bound = self.0.bound.get();
        f.debug_struct("Tools")
            .field("tools", &bound.map_or(0, |bound| bound.switches.len()))
            .finish_non_exhaustive()
    }
}

impl Switch {
    pub(crate) fn is_on(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Default for Switch {
    fn default() -> Self {
        Self(AtomicBool::new(true))
    }
}

/// The server has no tool of this name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSuchTool(String);

impl fmt::Display for NoSuchTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server has no tool `{}`", self.0)
    }
}

impl std::error::Error for NoSuchTool {}
