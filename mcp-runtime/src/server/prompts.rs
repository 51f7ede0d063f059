//! Prompts that come and go while the server runs.

use std::fmt;

use super::Server;
use super::changes::Change;
use super::switches::{NotServed, Switches};
use crate::kind::Kind;

/// The prompts of a server while it runs: to take some away and to bring them back.
///
/// A prompt that is disabled is one that does not exist: it stands in no list, and is unknown if it is asked for. Every client that wants to know
/// is told that the list has changed.
///
/// ```
/// use mcp_runtime::prelude::*;
///
/// /// Ask for a review.
/// #[prompt]
/// async fn review(code: String) -> String { format!("Review this:\n{code}") }
///
/// let server = Server::new("office").mount(prompts![review]);
/// let prompts = server.prompts();
/// // Here, and from any thread while the server runs:
/// prompts.disable("review")?;
/// prompts.enable("review")?;
/// # server.check().unwrap();
/// # Ok::<(), mcp_runtime::NotServed>(())
/// ```
///
/// Names are those under which the server serves the prompts. A server that is [merged](Server::merge) into another one goes on using its own.
#[derive(Clone)]
pub struct Prompts(pub(super) Switches);

impl Server {
    /// The server's prompts while it runs. Ask before the server is run; in a call, [`Context::prompts`](crate::Context::prompts) gives the same.
    pub fn prompts(&self) -> Prompts {
        self.given.prompts.clone()
    }
}

impl Prompts {
    pub(super) fn new() -> Self {
        Self(Switches::new(Kind::Prompt, Change::Prompts))
    }

    /// Takes a prompt away.
    ///
    /// # Errors
    /// If the server has no prompt of this name. Before it is built nobody knows, and then it does not start.
    pub fn disable(&self, prompt: &str) -> Result<(), NotServed> {
        self.0.turn(prompt, false)
    }

    /// Brings a prompt back.
    ///
    /// # Errors
    /// If the server has no prompt of this name.
    pub fn enable(&self, prompt: &str) -> Result<(), NotServed> {
        self.0.turn(prompt, true)
    }
}

impl fmt::Debug for Prompts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prompts")
            .field("prompts", &self.0.len())
            .finish_non_exhaustive()
    }
}
