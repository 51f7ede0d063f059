//! What a server must not be served to others with.

use std::sync::Arc;

use super::Options;
use crate::error::{Result, ServerError};
use crate::policy::auth::Rule;
use crate::server::Core;
use crate::server::registry::Mounted;

/// Refuses to serve tools that need a caller where nobody can be one.
pub(super) fn callers(core: &Core, options: &Options, reached: &str) -> Result<()> {
    let tools = core.tools().all();
    let named: Vec<String> = tools
        .filter(|tool| tool.policies.auth.guarantees_caller())
        .map(|tool| named(core, tool))
        .collect();
    if options.asks_callers() || named.is_empty() {
        return Ok(());
    }
    Err(ServerError::new(format!(
        "{reached}, where callers prove who they are with tokens, and the server verifies none; nobody could ever call{}\n  help: say whose tokens it takes (feature `auth`): `.auth(Jwt::issuer(\"https://id.example.com\").audience(\"https://mcp.example.com/mcp\"))`",
        named.concat(),
    )))
}

/// Refuses to serve strangers tools of which nobody has said who may call them.
pub(super) fn decided(core: &Core, open: bool, reached: &str) -> Result<()> {
    let tools = core.tools().all();
    let undecided = tools.filter(|tool| matches!(tool.policies.auth, Rule::Undecided));
    let named: Vec<String> = undecided.map(|tool| named(core, tool)).collect();
    if open || named.is_empty() {
        return Ok(());
    }
    Err(ServerError::new(format!(
        "{reached}, and nobody has said who may call{}\n  help: write `auth = \"user\"`, `auth = \"some:scope\"` or `auth = \"none\"` on each tool, or for all of a list: `tools![..].auth(..)`\n  help: if the whole server is public on purpose, say so with `Server::open()`",
        named.concat(),
    )))
}

/// A line about a tool, or what else is called.
fn named(core: &Core, tool: &Arc<Mounted>) -> String {
    let skills = core.tools().resources.skills();
    match skills.is_some_and(|skills| Arc::ptr_eq(&skills.mounted, tool)) {
        true => "\n  the skills: `Skills::folder(..).auth(..)`".to_owned(),
        false => format!("\n  `{}` ({})", tool.name, tool.def.location),
    }
}
