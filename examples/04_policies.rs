//! Who may call, how often, and what is remembered: policies are words in the attribute. One that contradicts another,
//! or is misspelt, does not compile.

use mcp_runtime::Principal;
use mcp_runtime::prelude::*;

/// Read a note.
#[tool(
    read_only,
    auth = "notes:read",
    rate = "10/s per caller",
    cache = "60s"
)]
async fn read_note(
    /// The note's number.
    id: u32,
) -> Result<String, ToolError> {
    match id {
        1 => Ok("water the plants".to_owned()),
        _ => Err(ToolError::not_found(format!("no note {id}"))),
    }
}

/// Throw a note away.
#[tool(
    destructive,
    auth = "notes:write & role:editor",
    rate = ["1/s per caller", "100/h per global"],
    confirm = "Throw away note {id}?"
)]
async fn delete_note(
    /// The note's number.
    id: u32,
) -> String {
    format!("note {id} is gone")
}

/// Say who is asking.
#[tool(read_only, auth = "user")]
async fn whoami(caller: Caller) -> String {
    caller.subject().to_owned()
}

const TOOLS: Toolset = tools![read_note, delete_note, whoami];

#[tokio::main]
async fn main() -> mcp_runtime::Result<()> {
    // Over HTTP callers bring tokens. On this machine, where there are none, calls are made for this caller.
    let ada = Principal::local("ada").scope("notes:read");
    Server::new("notes")
        .mount(TOOLS)
        .local_principal(ada)
        .run()
        .await
}
