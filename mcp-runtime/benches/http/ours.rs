//! This crate's server, as its users start it.

use std::future::pending;
use std::net::SocketAddr;

use mcp_runtime::auth::Jwt;
use mcp_runtime::prelude::*;
use mcp_runtime::{Tool, ToolDef};

use crate::{Result, corpus, rows, server};

/// Add two numbers.
#[tool(read_only)]
async fn add(a: i64, b: i64) -> i64 {
    a + b
}

/// Give a text back.
#[tool(read_only)]
async fn echo(text: String) -> String {
    text
}

/// Add two numbers, under every policy that a busy server declares.
#[tool(
    name = "add",
    read_only,
    auth = "crm:read",
    rate = "1000000000/s per caller",
    timeout = "5s",
    concurrency = "64",
    audit = "meta"
)]
async fn guarded(a: i64, b: i64) -> i64 {
    a + b
}

/// Add two numbers, once.
#[tool(
    name = "add",
    read_only,
    auth = "crm:read",
    rate = "1000000000/s per caller",
    cache = "1h"
)]
async fn kept(a: i64, b: i64) -> i64 {
    a + b
}

pub(crate) async fn serve(address: SocketAddr, kind: &str) -> Result<()> {
    let server = Server::new("bench").version("1.0.0");
    let server = match kind {
        "plain" => server.mount(tools![add, echo]),
        "many" => many(server.mount(tools![add, echo])),
        "guarded" => known(server.mount(tools![guarded]))?.audit_file("/dev/null"),
        "kept" => known(server.mount(tools![kept]))?,
        _ => return Err(format!("no server of ours is called {kind}").into()),
    };
    let server = server.page_size(rows::TOOLS).bind_http(address).await?;
    server::listening(server.local_addr())?;
    Ok(server.serve_until(pending()).await?)
}

/// Whoever calls brings a token.
fn known(server: Server) -> Result<Server> {
    let jwt = Jwt::keys(corpus::ISSUER, &corpus::jwks())?;
    Ok(server.auth(jwt.audience(corpus::AUDIENCE)))
}

/// More tools, up to [`rows::TOOLS`].
fn many(mut server: Server) -> Server {
    /// Tools of one list.
    const LIST: usize = 2;
    const TOOLS: &[&ToolDef] = &[<add as Tool>::DEF, <subtract as Tool>::DEF];
    for mount in 1..rows::TOOLS / LIST {
        // A few hundred bytes, once in a process that lives for seconds.
        let name: &'static str = Box::leak(format!("part{mount}").into_boxed_str());
        server = server.mount_at(name, Toolset::new(TOOLS));
    }
    server
}

/// Subtract a number from another.
#[tool(read_only)]
async fn subtract(a: i64, b: i64) -> i64 {
    a - b
}
