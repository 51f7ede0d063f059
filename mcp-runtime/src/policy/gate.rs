//! Stage 3: the tool exists and this caller may know of it.
//!
//! Refuses with one uniform text, so that a caller cannot tell a tool it may not see from one that does not exist. Keeps no state.

use std::sync::Arc;

use super::auth::{self, Permits};
use crate::kind::Kind;
use crate::principal::Principal;
use crate::server::Core;
use crate::server::registry::Mounted;

/// Proof that the tool exists and that the caller may see it.
#[derive(Debug)]
pub(crate) struct Found(pub(super) Arc<Mounted>);

impl Found {
    pub(crate) fn tool(&self) -> &Arc<Mounted> {
        &self.0
    }
}

/// No tool of this name, as far as this caller is concerned.
#[derive(Debug)]
pub(crate) struct Unknown;

pub(crate) fn find(
    server: &Core,
    kind: Kind,
    name: &str,
    caller: Option<&Principal>,
) -> Result<Found, Unknown> {
    let tool = server.tools().find_of(kind, name).ok_or(Unknown)?;
    match visible(server, tool, caller) {
        true => Ok(Found(Arc::clone(tool))),
        false => Err(Unknown),
    }
}

/// What is there and open to the caller: nothing stands in the way of a call but its arguments and what it would cost.
pub(crate) fn open(
    server: &Core,
    kind: Kind,
    name: &str,
    caller: Option<&Principal>,
) -> Option<Found> {
    let tool = server.tools().find_of(kind, name)?;
    let open = exists(tool, caller) && auth::permits(server, tool, caller) == Permits::Yes;
    open.then(|| Found(Arc::clone(tool)))
}

/// Whether the caller may call what was found, and not only see it.
pub(crate) fn callable(server: &Core, found: &Found, caller: Option<&Principal>) -> bool {
    auth::permits(server, found.tool(), caller) == Permits::Yes
}

/// Whether a tool stands in this caller's list. `tools/list` and `tools/call` both ask here.
pub(crate) fn visible(server: &Core, tool: &Mounted, caller: Option<&Principal>) -> bool {
    exists(tool, caller)
        && (tool.def.visible_always || auth::permits(server, tool, caller) == Permits::Yes)
}

/// Whether a tool is there at all for this caller: switched on, and one that its tenant has. `visible = "always"` shows no other.
pub(crate) fn exists(tool: &Mounted, caller: Option<&Principal>) -> bool {
    tool.switch.is_on() && tool.policies.tenants.admit(caller)
}
