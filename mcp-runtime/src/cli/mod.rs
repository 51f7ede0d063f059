//! The server as a program: `serve`, `list`, `call`, `audit verify`.

mod arguments;
mod audit;
mod call;
mod list;
mod log;
mod principal;
mod review;
mod table;
mod terminal;

use std::env;
use std::ffi::OsString;
#[cfg(feature = "stdio")]
use std::io::{self, IsTerminal as _};

use futures_util::future::BoxFuture;

use self::arguments::Command;
use crate::config::Settings;
use crate::error::{Result, ServerError};
use crate::server::Server;

impl Server {
    /// Runs the server as a program: the last line of `main`.
    ///
    /// Without arguments it serves stdin and stdout. `serve --http ADDR` serves HTTP, `list` and `call` are for a person to look
    /// and to try, `--help` tells the rest. What the operator sets in the environment goes over what this builder was given.
    ///
    /// Where no `tracing` subscriber is set it sets one that writes to stderr. SIGTERM and SIGINT stop the server as
    /// [`drain`](Self::drain) says.
    ///
    /// ```no_run
    /// use mcp_runtime::prelude::*;
    ///
    /// #[tokio::main]
    /// async fn main() -> mcp_runtime::Result<()> {
    ///     Server::new("calculator").version(env!("CARGO_PKG_VERSION")).run().await
    /// }
    /// ```
    ///
    /// # Errors
    /// Why the server does not start, and what did not end as it should. A `main` that returns it ends with exit code 1, as does a
    /// `call` whose tool fails. Arguments that are not understood end the process with 2, a second signal with 128 and its number.
    pub fn run(self) -> BoxFuture<'static, Result<()>> {
        Box::pin(async {
            let code = run(self, env::args_os().collect(), env::vars_os().collect()).await?;
            if code != 0 {
                std::process::exit(code);
            }
            Ok(())
        })
    }
}

/// Runs one command and says what the process is to end with.
async fn run(
    server: Server,
    arguments: Vec<OsString>,
    variables: Vec<(OsString, OsString)>,
) -> Result<i32> {
    let command = match arguments::read(&server.given.identity, arguments) {
        Ok(command) => command,
        // Help and version go to stdout, the rest to stderr, each with the exit code it has everywhere.
        Err(answer) => answer.exit(),
    };
    let Settings { config, warnings } = Settings::read(variables)?;
    log::start(command.log_level(), config.log_format);
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    let server = server.configured(&config);
    match command {
        Command::Stdio => serve(server, None).await.map(|()| 0),
        Command::Serve { http, dev_issuer } => {
            let http = http.or(config.http_addr);
            if dev_issuer && http.is_none() {
                return Err(ServerError::new(
                    "on stdin and stdout there are no tokens to issue\n  help: write `serve --http 127.0.0.1:3000 --dev-issuer`",
                ));
            }
            let server = if dev_issuer { issuing(server) } else { server };
            serve(server, http).await.map(|()| 0)
        }
        Command::List { json } => list::list(server, json).map(|()| 0),
        Command::Call(request) => call::call(server, request).await,
        Command::Manifest => review::manifest(server).map(|()| 0),
        Command::Diff(request) => review::diff(server, &request),
        Command::Explain(request) => review::explain(server, &request).map(|()| 0),
        Command::Verify { file } => audit::verify(&file),
    }
}

#[cfg(feature = "auth")]
fn issuing(server: Server) -> Server {
    server.dev_issuer()
}

#[cfg(not(feature = "auth"))]
fn issuing(server: Server) -> Server {
    server
}

async fn serve(server: Server, http: Option<String>) -> Result<()> {
    match http {
        Some(address) => serve_http(server, address).await,
        None => serve_stdio(server).await,
    }
}

#[cfg(feature = "http")]
async fn serve_http(server: Server, address: String) -> Result<()> {
    server.serve_http(address).await
}

#[cfg(not(feature = "http"))]
async fn serve_http(_: Server, _: String) -> Result<()> {
    Err(lacks("http"))
}

#[cfg(feature = "stdio")]
async fn serve_stdio(server: Server) -> Result<()> {
    if let Some(hint) = hint(&server.given.identity.name, io::stdin().is_terminal()) {
        // Past the log: whoever sits there must read it, whatever the log leaves out.
        eprintln!("{hint}");
    }
    server.serve_stdio().await
}

/// What a person at a terminal is told, who has started what only a client can speak to.
#[cfg(feature = "stdio")]
fn hint(name: &str, terminal: bool) -> Option<String> {
    terminal.then(|| {
        format!(
            "{name} waits for an MCP client on stdin; a person may want `--help`, `list` or `call`"
        )
    })
}

#[cfg(not(feature = "stdio"))]
async fn serve_stdio(_: Server) -> Result<()> {
    Err(lacks("stdio"))
}

#[cfg(not(all(feature = "http", feature = "stdio")))]
fn lacks(feature: &str) -> ServerError {
    ServerError::new(format!(
        "this program was built without the means to serve that\n  help: enable the feature `{feature}` of `mcp-runtime`; it is on by default"
    ))
}
