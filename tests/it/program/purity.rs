//! What may be on stdout, and what may be nowhere.

use serde_json::json;

use super::child::{PRINTING, Program, program, server_at};

/// Values that a caller sends, an operator sets or a tool answers, and that belong in no log.
const ARGUMENT: &str = "planted-argument-4b1d";
const UNREADABLE: &str = "planted-unreadable-93c2";
const KEY: &str = "planted-key-c0ffee-c0ffee-c0ffee-c0ffee";

#[tokio::test]
async fn stdout_has_messages_alone_and_the_log_no_secret_whatever_is_logged() {
    let mut command = program();
    command.env("RUST_LOG", "trace").env("MCP_STATE_KEY", KEY);
    let mut program = Program::initialized(&mut command).await;
    program
        .call("echo", "echo", json!({"text": ARGUMENT}))
        .await;
    program
        .call("wrong", "add", json!({"a": ARGUMENT, "b": 1}))
        .await;
    program
        .call("extra", "add", json!({"a": 1, "b": 1, "c": ARGUMENT}))
        .await;
    program
        .request("params", "tools/call", json!([ARGUMENT]))
        .await;
    for line in [
        format!("{UNREADABLE}\n"),
        format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{UNREADABLE}}}\n"),
        format!("[\"{UNREADABLE}\"]\n"),
        format!("{{\"jsonrpc\":\"{UNREADABLE}\",\"id\":2,\"method\":\"ping\"}}\n"),
        format!("{{\"jsonrpc\":\"2.0\",\"id\":{{\"{UNREADABLE}\":1}},\"method\":\"ping\"}}\n"),
    ] {
        program.write(line.as_bytes()).await;
    }
    program.close_stdin();
    // Every line of stdout is read as a message on the way.
    let ended = program.ended().await;
    assert_eq!(ended.answers.len(), 9, "{:#?}", ended.answers);
    assert!(ended.log.contains("TRACE"), "{}", ended.log);
    let answers: String = ended.answers.iter().map(|a| a.to_string() + "\n").collect();
    for secret in [UNREADABLE, KEY] {
        assert!(!answers.contains(secret), "{answers}");
    }
    for secret in [ARGUMENT, UNREADABLE, KEY] {
        assert!(!ended.log.contains(secret), "{}", ended.log);
    }
}

#[tokio::test]
async fn a_log_of_json_has_one_object_a_line() {
    let mut command = program();
    command
        .env("MCP_LOG_FORMAT", "json")
        .env("RUST_LOG", "info");
    let mut program = Program::initialized(&mut command).await;
    program
        .call("line", "two\nlines \u{1b}[31mred", json!({}))
        .await;
    program.answer().await;
    program.close_stdin();
    let ended = program.ended().await;
    let lines = ended.log.lines().filter(|line| !line.starts_with("hook:"));
    let mut calls = 0;
    for line in lines {
        let event: serde_json::Value = serde_json::from_str(line).expect(line);
        calls += usize::from(event["message"] == "call");
    }
    assert_eq!(calls, 1, "{}", ended.log);
    assert!(!ended.log.contains('\u{1b}'), "{}", ended.log);
}

#[tokio::test]
async fn a_log_of_text_has_no_colours_without_a_terminal_and_no_line_of_a_callers() {
    let mut program = Program::initialized(program().env("RUST_LOG", "info")).await;
    program
        .call("line", "one\ntwo \u{1b}[31mred", json!({}))
        .await;
    program.answer().await;
    program.close_stdin();
    let ended = program.ended().await;
    assert!(!ended.log.contains('\u{1b}'), "{}", ended.log);
    assert!(
        !ended.log.lines().any(|line| line.starts_with("two")),
        "{}",
        ended.log
    );
}

#[tokio::test]
async fn whatever_prints_to_stdout_prints_to_stderr_instead_and_stdin_is_the_protocols() {
    let mut printing = Program::start(server_at(PRINTING).env("RUST_LOG", "info"));
    let params = json!({
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    });
    printing.request("hello", "initialize", params).await;
    // Every line of stdout is read as a message on the way.
    assert_eq!(printing.answer().await["id"], "hello");
    let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    printing.send(&initialized).await;
    for id in 0..3 {
        printing.call(id, "chatter", json!({})).await;
        let answer = printing.answer().await;
        assert_eq!(answer["id"], id);
        assert_eq!(answer["result"]["content"][0]["text"], "done");
    }
    printing.close_stdin();
    let ended = printing.ended().await;
    assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
    assert!(ended.answers.is_empty(), "{:#?}", ended.answers);
    for printed in ["a line", "an event", "a child", "half a line"] {
        let printed = format!("printed: {printed}");
        assert_eq!(ended.log.matches(&printed).count(), 3, "{}", ended.log);
    }
}
