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
        "many" => many(server),
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

/// [`rows::TOOLS`] tools: one list, mounted again and again.
fn many(server: Server) -> Server {
    (1..rows::TOOLS / LIST.len()).fold(server.mount(Toolset::new(LIST)), |server, mount| {
        server.mount_at(format!("part{mount}"), Toolset::new(LIST))
    })
}

/// A list of 25 tools: those that are called, and others.
macro_rules! list {
    ($($other:ident)*) => {
        const LIST: &[&ToolDef] = &[
            <add as Tool>::DEF,
            <echo as Tool>::DEF,
            $(<$other as Tool>::DEF,)*
        ];
        const _: () = assert!(LIST.len() == 25 && rows::TOOLS.is_multiple_of(25));

        $(
            /// Subtract a number from another.
            #[tool(read_only)]
            async fn $other(a: i64, b: i64) -> i64 {
                a - b
            }
        )*
    };
}

list!(s3 s4 s5 s6 s7 s8 s9 s10 s11 s12 s13 s14 s15 s16 s17 s18 s19 s20 s21 s22 s23 s24 s25);
