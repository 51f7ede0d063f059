//! What a server must not be served to others with.

use super::Options;
use crate::error::{Result, ServerError};
use crate::policy::auth::Rule;
use crate::server::Core;

/// Refuses to serve tools that need a caller where nobody can be one.
pub(super) fn callers(core: &Core, options: &Options, reached: &str) -> Result<()> {
    let tools = core.tools().all();
    let named = tools
        .filter(|tool| tool.policies.auth.guarantees_caller())
        .map(|tool| format!("\n  `{}` ({})", tool.name, tool.def.location));
    let skills = core.skills.as_ref();
    let skills = skills.filter(|skills| skills.auth.guarantees_caller());
    let skills = skills.map(|_| "\n  the skills".to_owned());
    let named: Vec<String> = named.chain(skills).collect();
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
    let named = undecided.map(|tool| format!("\n  `{}` ({})", tool.name, tool.def.location));
    let skills = core.skills.as_ref();
    let skills = skills.filter(|skills| matches!(skills.auth, Rule::Undecided));
    let skills = skills.map(|_| "\n  the skills: `Skills::folder(..).auth(..)`".to_owned());
    let named: Vec<String> = named.chain(skills).collect();
    if open || named.is_empty() {
        return Ok(());
    }
    Err(ServerError::new(format!(
        "{reached}, and nobody has said who may call{}\n  help: write `auth = \"user\"`, `auth = \"some:scope\"` or `auth = \"none\"` on each tool, or for all of a list: `tools![..].auth(..)`\n  help: if the whole server is public on purpose, say so with `Server::open()`",
        named.concat(),
    )))
}
