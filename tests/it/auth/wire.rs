//! Calls of the current revision as their bytes, for what a client of ours would not send.

use std::net::SocketAddr;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A call of a tool without arguments, with header lines on top. One that is there already stands in the place of the usual one.
pub(super) fn call(tool: &str, lines: &[&str]) -> String {
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": tool, "arguments": {}, "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        },
    }})
    .to_string();
    let name = format!("mcp-name: {tool}");
    let length = format!("content-length: {}", body.len());
    let usual = [
        "host: localhost",
        "content-type: application/json",
        "accept: application/json, text/event-stream",
        "mcp-protocol-version: 2026-07-28",
        "mcp-method: tools/call",
        &name,
        &length,
    ];
    let given = |usual: &str| {
        let (name, _) = usual.split_once(':').unwrap();
        let given = |line: &&str| line.split_once(':').is_some_and(|(it, _)| it == name);
        lines.iter().any(given)
    };
    let usual = usual.into_iter().filter(|line| !given(line));
    let head: Vec<&str> = usual.chain(lines.iter().copied()).collect();
    format!("POST /mcp HTTP/1.1\r\n{}\r\n\r\n{body}", head.join("\r\n"))
}

/// Sends it over a connection of its own, and gives back all that the server answers.
pub(super) async fn answer(address: SocketAddr, tool: &str, lines: &[&str]) -> String {
    let request = call(tool, &[lines, &["connection: close"]].concat());
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
