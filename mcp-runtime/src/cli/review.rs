//! `manifest`, `diff` and `explain`: what the server would do, for whoever reviews it.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::arguments::{Diff, Explain};
use super::call::{read_arguments, unknown};
use super::principal::read_principal;
use super::terminal::{Terminal, pretty, print};
use crate::error::{Result, ServerError};
use crate::manifest::{self, Asked, Class};
use crate::server::Server;

/// Prints the manifest.
pub(super) fn manifest(server: Server) -> Result<()> {
    print(&pretty(&manifest::document(&*server.build()?)))
}

/// Prints what changed since another manifest, and ends with 1 where a change of a denied class is among it.
pub(super) fn diff(server: Server, request: &Diff) -> Result<i32> {
    let before = read(&request.before)?;
    let after = match &request.after {
        Some(file) => read(file)?,
        None => manifest::document(&*server.build()?),
    };
    let changes = manifest::diff(&before, &after);
    print(&manifest::table(&changes))?;
    let denied = |class: Class| request.deny.iter().any(|name| name == class.name());
    Ok(i32::from(changes.iter().any(|change| denied(change.class))))
}

/// Prints what each stage would decide.
pub(super) fn explain(server: Server, request: &Explain) -> Result<()> {
    let core = server.build()?;
    let caller = request.caller.as_deref().map(read_principal).transpose()?;
    let caller = caller.map(Arc::new).or_else(|| core.principal.clone());
    if core.tools().named(&request.tool).is_none() {
        return Err(unknown(&core, &request.tool, caller.as_deref()));
    }
    let arguments = match &request.arguments {
        Some(text) => Some(read_arguments(Some(text))?),
        None => None,
    };
    let client = Arc::new(Terminal);
    let asked = Asked {
        tool: &request.tool,
        caller,
        arguments,
        client,
    };
    print(&manifest::explain(&core, asked))
}

fn read(file: &Path) -> Result<Value> {
    let shown = file.display();
    let text = fs::read_to_string(file)
        .map_err(|error| ServerError::because(format!("cannot read `{shown}`"), error))?;
    let manifest: Value = serde_json::from_str(&text)
        .map_err(|error| ServerError::because(format!("`{shown}` is not JSON"), error))?;
    match manifest.get("tools") {
        Some(Value::Array(_)) => Ok(manifest),
        _ => Err(ServerError::new(format!(
            "`{shown}` is not a manifest\n  help: write one with the `manifest` command"
        ))),
    }
}
