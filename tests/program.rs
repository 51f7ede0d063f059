//! The server whose life the program tests follow: tools that wait for the test, and hooks that say when they ran.

use std::env;
use std::io::{Read, Write};
use std::time::Duration;

use mcp_runtime::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Add two numbers.
#[tool(read_only)]
pub async fn add(
    /// First addend.
    a: i64,
    /// Second addend.
    b: i64,
) -> Result<i64, ToolError> {
    a.checked_add(b)
        .ok_or_else(|| ToolError::invalid_input("the sum has more than 64 bits"))
}

/// Say something back.
///
/// Only the first line of this is for a table.
#[tool(
    read_only,
    rate = "1000/s per global",
    timeout = "20s",
    max_in = "16MiB",
    max_out = "16MiB"
)]
pub async fn echo(
    /// What to say.
    text: String,
) -> String {
    for _ in 0..2 {
        tracing::trace!("trace");
        tracing::info!("info");
        tracing::error!("error");
    }
    text
}

/// Say hello to a test on its port, and then wait for it to close the connection.
#[tool]
pub async fn wait(
    /// The port, on this machine.
    port: u16,
) -> Result<String, ToolError> {
    let mut test = TcpStream::connect(("127.0.0.1", port)).await?;
    test.write_all(b"here").await?;
    let mut told = String::new();
    test.read_to_string(&mut told).await?;
    Ok(told)
}

/// Say hello to a test on its port, and then keep the thread until it closes the connection.
#[tool(blocking)]
pub fn block(
    /// The port, on this machine.
    port: u16,
) -> Result<String, ToolError> {
    let mut test = std::net::TcpStream::connect(("127.0.0.1", port))?;
    test.write_all(b"here")?;
    let mut told = String::new();
    test.read_to_string(&mut told)?;
    Ok(told)
}

/// Give money back.
#[tool(auth = "crm:write", destructive, confirm = "never")]
pub async fn refund() -> &'static str {
    "refunded"
}

/// Answer, later where the client can poll for the answer.
#[tool(read_only, task = "optional")]
pub async fn later() -> &'static str {
    "later"
}

const TOOLS: Toolset = tools![add, echo, wait, block, later, refund];

async fn begin() -> Result<(), String> {
    eprintln!("hook: start");
    match env::var("PROGRAM_CANNOT_START") {
        Ok(reason) => Err(reason),
        Err(_) => Ok(()),
    }
}

async fn end() {
    eprintln!("hook: stop");
}

#[tokio::main]
async fn main() -> mcp_runtime::Result<()> {
    Server::new("program")
        .version("1.2.3")
        .mount(TOOLS)
        .on_start(begin)
        .on_stop(end)
        .drain(Duration::from_secs(30))
        .run()
        .await
}
