//! One of everything the protocol has, under the names that the official conformance suite asks for:
//!
//! ```console
//! $ cargo run --example everything -- serve --http 127.0.0.1:3000
//! ```
//!
//! It is a place to look up how something is written; the numbered examples are the place to begin.

mod asking;
mod prompts;
mod resources;
mod rounds;
mod tasks;
mod tools;

use mcp_runtime::prelude::*;

#[tokio::main]
async fn main() -> mcp_runtime::Result<()> {
    Server::new("everything")
        .version(env!("CARGO_PKG_VERSION"))
        .title("Everything")
        .instructions("One of everything the protocol has. Nothing here does anything useful.")
        .mount(tools::TOOLS)
        .mount(asking::TOOLS)
        .mount(rounds::TOOLS)
        .mount(tasks::TOOLS)
        .mount(resources::RESOURCES)
        .mount(prompts::PROMPTS)
        .skills(concat!(env!("CARGO_MANIFEST_DIR"), "/everything/skills"))
        .run()
        .await
}
