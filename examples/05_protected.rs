//! Who is calling, over HTTP: what a token must be, and what a caller must bring for which tool.
//!
//! `serve --http 127.0.0.1:3000 --dev-issuer` issues the tokens itself, so that the whole way can be walked without an account anywhere.

use mcp_runtime::auth::{Jwt, from};
use mcp_runtime::prelude::*;

/// Read a note.
#[tool(read_only, auth = "notes:read")]
async fn read_note(
    /// The note's number.
    id: u32,
    caller: Caller,
) -> String {
    format!("note {id} of {}: water the plants", caller.subject())
}

/// Throw a note away.
// Listed for everybody, so that a client that calls it learns which scopes to ask its user for.
#[tool(auth = "notes:read & notes:write", visible = "always")]
async fn delete_note(
    /// The note's number.
    id: u32,
) -> String {
    format!("note {id} is gone")
}

const TOOLS: Toolset = tools![read_note, delete_note];

#[tokio::main]
async fn main() -> mcp_runtime::Result<()> {
    Server::new("notes")
        .mount(TOOLS)
        .auth(Jwt::issuer("https://id.example.com").audience("https://mcp.example.com/mcp"))
        .implies("notes:admin", ["notes:read", "notes:write"])
        .tenant(from::claim("org_id"))
        .run()
        .await
}
