//! Tools that come and go while the server runs.

use std::fmt;

use super::Server;
use super::changes::Change;
use super::switches::{NotServed, Switches};
use crate::kind::Kind;

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
/// # Ok::<(), mcp_runtime::NotServed>(())
/// ```
///
/// Names are those under which the server serves the tools. A server that is [merged](Server::merge) into another one goes on using its own.
#[derive(Clone)]
pub struct Tools(pub(super) Switches);

impl Server {
    /// The server's tools while it runs. Ask before the server is run; in a tool, [`Context::tools`](crate::Context::tools) gives the same.
    pub fn tools(&self) -> Tools {
        self.given.tools.clone()
    }
}

impl Tools {
    pub(super) fn new() -> Self {
        Self(Switches::new(Kind::Tool, Change::Tools))
    }

    /// Takes a tool away.
    ///
    /// # Errors
    /// If the server has no tool of this name. Before it is built nobody knows, and then it does not start.
    pub fn disable(&self, tool: &str) -> Result<(), NotServed> {
        self.0.turn(tool, false)
    }

    /// Brings a tool back.
    ///
    /// # Errors
    /// If the server has no tool of this name.
    pub fn enable(&self, tool: &str) -> Result<(), NotServed> {
        self.0.turn(tool, true)
    }
}

impl fmt::Debug for Tools {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tools")
            .field("tools", &self.0.len())
            .finish_non_exhaustive()
    }
}
