//! What may be on stdout, and what may be nowhere.

use serde_json::json;

use super::child::{Program, program};

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
