//! How a server that listens for HTTP stops, with a call in flight.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;

use super::child::{Meeting, Program, Waiting, program, soon};
use crate::revisions::stating;

/// A server with a call in its tool.
struct Called {
    program: Program,
    waiting: Waiting,
    connection: TcpStream,
}

impl Called {
    async fn begin(command: &mut Command) -> Self {
        let mut program = Program::start(command.args(["serve", "--http", "127.0.0.1:0"]));
        program.says("listening on http://").await;
        let said = program.log.last().expect("it has just said so");
        let (_, url) = said.split_once("http://").expect("an address");
        let address = url.trim().trim_end_matches("/mcp").to_owned();

        let meeting = Meeting::new().await;
        let params = json!({"name": "wait", "arguments": meeting.arguments()});
        let params = stating("2026-07-28", params);
        let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        let call = call.to_string();
        let request = format!(
            "POST /mcp HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\naccept: application/json, text/event-stream\r\nmcp-protocol-version: 2026-07-28\r\nmcp-method: tools/call\r\nmcp-name: wait\r\ncontent-length: {}\r\n\r\n{call}",
            call.len()
        );
        let mut connection = TcpStream::connect(&address).await.unwrap();
        connection.write_all(request.as_bytes()).await.unwrap();
        let waiting = meeting.arrival().await;
        program.signal("TERM").await;
        program.says("in_flight=1").await;
        Self {
            program,
            waiting,
            connection,
        }
    }
}

/// The message that a server which stops sends last on a connection.
async fn answer(mut connection: TcpStream) -> Value {
    let mut answer = Vec::new();
    let read = connection.read_to_end(&mut answer);
    soon("the connection to end", read).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    serde_json::from_str(body).unwrap()
}

#[tokio::test]
async fn a_signal_waits_for_the_call_in_flight_over_http() {
    let called = Called::begin(&mut program()).await;
    called.waiting.release("done").await;
    let answer = answer(called.connection).await;
    assert_eq!(answer["result"]["content"][0]["text"], "done", "{answer}");
    let ended = called.program.ended().await;
    assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
    assert!(ended.log.ends_with("hook: stop"), "{}", ended.log);
}

#[tokio::test]
async fn a_call_over_http_that_outlives_the_drain_is_cancelled_and_told_so() {
    let called = Called::begin(program().env("MCP_DRAIN_TIMEOUT", "100ms")).await;
    called.waiting.gone().await;
    let answer = answer(called.connection).await;
    assert_eq!(answer["result"]["isError"], true, "{answer}");
    assert_eq!(
        answer["result"]["content"][0]["text"],
        "the server stopped before `wait` was done"
    );
    let ended = called.program.ended().await;
    assert_eq!(ended.status.code(), Some(1), "{}", ended.log);
    let last = "Error: calls in flight that were cut off after 100ms: 1";
    assert!(ended.log.ends_with(last), "{}", ended.log);
}
