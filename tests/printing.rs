//! A server that prints wherever one can: its log goes to stdout, as `fmt::init` has it, and so does what its tool says. And it starts a program that
//! reads whatever is on stdin.

#![expect(clippy::print_stdout, reason = "it is what this server is for")]

use std::process::Command;

use mcp_runtime::prelude::*;

/// Print in every way there is, and leave nothing on stdin.
#[tool(read_only, blocking, allow(printed, "it is what this server is for"))]
pub fn chatter() -> Result<&'static str, ToolError> {
    println!("printed: a line");
    tracing::info!("printed: an event");
    // What a program that the tool starts prints goes where the tool's own does, and it reads nobody's messages.
    Command::new("echo").arg("printed: a child").status()?;
    Command::new("cat").status()?;
    print!("printed: half a line");
    Ok("done")
}

const TOOLS: Toolset = tools![chatter];

#[tokio::main]
async fn main() -> mcp_runtime::Result<()> {
    tracing_subscriber::fmt::init();
    Server::new("printing").mount(TOOLS).run().await
}
