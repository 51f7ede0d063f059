//! Clients that share no code with this project speak to a server of ours: the official Python SDK, the official
//! TypeScript SDK in both major versions, and the Inspector's command line; over stdio and over HTTP, in both eras of
//! the protocol. The official conformance suite looks at a server that has everything.

mod conformance;
mod fuzzer;
mod install;
mod mcpdo;
mod oauth;

use std::process::Output;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::built;
use crate::served::{FIXTURE, Served};
use install::installed;

const MODERN: &str = "2026-07-28";
const LEGACY: &str = "2025-11-25";

#[tokio::test]
async fn python_sdk_auto() {
    holds_a_session(|| python("auto"), MODERN).await;
}

#[tokio::test]
async fn python_sdk_legacy() {
    holds_a_session(|| python("legacy"), LEGACY).await;
}

#[tokio::test]
async fn typescript_sdk_v2_auto() {
    holds_a_session(|| node("typescript_v2.mjs", &["auto"]), MODERN).await;
}

#[tokio::test]
async fn typescript_sdk_v1() {
    holds_a_session(|| node("typescript_v1.mjs", &[]), LEGACY).await;
}

#[tokio::test]
async fn inspector_modern() {
    inspects("modern").await;
}

#[tokio::test]
async fn inspector_legacy() {
    inspects("legacy").await;
}

#[tokio::test]
async fn inspector_finds_every_schema_portable_and_every_digest_right() {
    let everything = built::examples().join("everything");
    let http = Served::http(everything.to_str().expect("the path is UTF-8")).await;
    for era in ["modern", "legacy"] {
        for check in [["tools/list", "--strict"], ["skills/list", "--verify"]] {
            let [method, check] = check;
            let mut inspector = inspector(era, &http.url, &["--method", method, check]);
            let told = finish(&mut inspector).await;
            assert_eq!(told.status.code(), Some(0), "{era} {method}: {told:#?}");
        }
    }
}

/// What a client saw; the scripts in `tests/clients` print it.
#[derive(Debug, Deserialize)]
struct Seen {
    protocol: String,
    server: String,
    tools: Vec<String>,
    sum: Answer,
    refused: Answer,
    panicked: Answer,
    sum_after_panic: Answer,
}

#[derive(Debug, Deserialize)]
struct Answer {
    is_error: bool,
    text: String,
}

/// Over each transport: the client lists the tools, adds, is refused an argument, survives a panic and adds again.
async fn holds_a_session(client: impl Fn() -> Command, protocol: &str) {
    let http = Served::http(FIXTURE).await;
    for target in [FIXTURE, &http.url] {
        let output = finish(client().arg(target)).await;
        assert!(output.status.success(), "{target}: {output:#?}");
        let seen: Seen = serde_json::from_slice(&output.stdout).expect("one line of JSON");

        assert_eq!(seen.protocol, protocol, "{target}");
        assert_eq!(seen.server, "fixture", "{target}");
        assert_eq!(seen.tools, ["add", "boom", "slow"], "{target}");
        assert!(
            !seen.sum.is_error && seen.sum.text == "3",
            "{target}: {:?}",
            seen.sum
        );
        let refused = &seen.refused;
        assert!(
            refused.is_error && refused.text.contains("b: must be"),
            "{target}: {refused:?}"
        );
        assert!(
            !refused.text.contains("2000000"),
            "the value comes back: {refused:?}"
        );
        let panicked = &seen.panicked;
        assert!(
            panicked.is_error && !panicked.text.contains("secret"),
            "{target}: {panicked:?}"
        );
        let after = &seen.sum_after_panic;
        assert!(!after.is_error && after.text == "42", "{target}: {after:?}");
    }
}

/// Over each transport: the Inspector finds nothing to say about the schemas, adds, and tells a refusal as one.
async fn inspects(era: &str) {
    let http = Served::http(FIXTURE).await;
    for target in [FIXTURE, &http.url] {
        let list = finish(&mut inspector(
            era,
            target,
            &["--method", "tools/list", "--strict"],
        ))
        .await;
        assert_eq!(list.status.code(), Some(0), "{target}: {list:#?}");
        let tools = &result(&list)["tools"];
        assert_eq!(tools[0]["name"], "add", "{target}");
        assert_eq!(
            tools[0]["inputSchema"]["properties"]["b"]["maximum"], 1_000_000,
            "{target}"
        );

        let add = |b: &str| {
            let b = format!("b={b}");
            let call = [
                "--method",
                "tools/call",
                "--tool-name",
                "add",
                "--tool-arg",
                "a=1",
                "--tool-arg",
                &b,
            ];
            inspector(era, target, &call)
        };
        let sum = finish(&mut add("2")).await;
        assert_eq!(sum.status.code(), Some(0), "{target}: {sum:#?}");
        assert_eq!(
            result(&sum)["content"],
            json!([{ "type": "text", "text": "3" }]),
            "{target}"
        );

        const TOOL_ERROR: i32 = 5;
        let refused = finish(&mut add("2000000")).await;
        assert_eq!(
            refused.status.code(),
            Some(TOOL_ERROR),
            "{target}: {refused:#?}"
        );
        assert_eq!(result(&refused)["isError"], true, "{target}");
    }
}

fn python(era: &str) -> Command {
    let mut command = Command::new(installed().path("venv/bin/python"));
    command.arg(installed().path("python_sdk.py")).arg(era);
    command
}

fn node(script: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(installed().node());
    command.arg(installed().path(script)).args(arguments);
    command
}

fn inspector(era: &str, target: &str, arguments: &[&str]) -> Command {
    let launcher = "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js";
    let mut command = node(
        launcher,
        &[
            "--cli",
            "--format",
            "json",
            "--quiet",
            "--protocol-era",
            era,
        ],
    );
    command.args(arguments);
    if target.starts_with("http") {
        command.args(["--server-url", target])
    } else {
        command.args(["--", target])
    };
    // It keeps its own state under the home directory.
    command.env("HOME", installed().path("home"));
    command
}

/// The first line of the Inspector's output, its `result`.
fn result(output: &Output) -> Value {
    let first = output
        .stdout
        .split(|byte| *byte == b'\n')
        .next()
        .expect("a split has a first part");
    let line: Value =
        serde_json::from_slice(first).unwrap_or_else(|_| panic!("one line of JSON: {output:#?}"));
    line["result"].clone()
}

/// Runs a client to its end; one that waits for ever is ended after two minutes.
async fn finish(command: &mut Command) -> Output {
    let running = command.kill_on_drop(true).output();
    tokio::time::timeout(Duration::from_secs(120), running)
        .await
        .unwrap_or_else(|_| panic!("{command:?} has not ended within two minutes"))
        .expect("the client starts")
}
