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
use serde_json::Value;
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
async fn typescript_sdk_v2_legacy() {
    holds_a_session(|| node("typescript_v2.mjs", &["legacy"]), LEGACY).await;
}

#[tokio::test]
async fn typescript_sdk_v1() {
    holds_a_session(|| node("typescript_v1.mjs", &[]), LEGACY).await;
}

/// What README says first: the smallest server there is, and a client that starts it.
#[tokio::test]
async fn python_sdk_starts_the_first_example() {
    let hello = built::examples().join("hello");
    for (era, protocol) in [("auto", MODERN), ("legacy", LEGACY)] {
        let seen = see(python(era).arg(&hello)).await;
        assert_eq!(seen.protocol, protocol);
        assert_eq!(seen.server, "calculator");
        assert_eq!(seen.tools, ["add"]);
        assert_eq!(seen.sum, Answer::result("3"));
        assert!(seen.refused.is_error, "{:?}", seen.refused);
        assert!(seen.refused.text.contains("b: must be"));
        // There is no such tool here, as the client is told.
        assert!(seen.panicked.is_error, "{:?}", seen.panicked);
        assert!(seen.panicked.text.contains("Unknown tool: boom"));
        assert_eq!(seen.sum_after_panic, Answer::result("42"));
    }
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

#[derive(Debug, Deserialize, PartialEq, Eq)]
struct Answer {
    is_error: bool,
    text: String,
}

impl Answer {
    fn result(text: &str) -> Self {
        Self {
            is_error: false,
            text: text.to_owned(),
        }
    }
}

async fn see(client: &mut Command) -> Seen {
    let output = finish(client).await;
    assert!(output.status.success(), "{client:?}: {output:#?}");
    serde_json::from_slice(&output.stdout).expect("one line of JSON")
}

/// Over each transport: the client lists the tools, adds, is refused an argument, survives a panic and adds again.
async fn holds_a_session(client: impl Fn() -> Command, protocol: &str) {
    let http = Served::http(FIXTURE).await;
    for target in [FIXTURE, &http.url] {
        let seen = see(client().arg(target)).await;
        assert_eq!(seen.protocol, protocol, "{target}");
        assert_eq!(seen.server, "fixture", "{target}");
        assert_eq!(seen.tools, ["add", "boom", "slow"], "{target}");
        assert_eq!(seen.sum, Answer::result("3"), "{target}");
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
        assert_eq!(seen.sum_after_panic, Answer::result("42"), "{target}");
    }
}

/// Over each transport: the Inspector finds nothing to say about the schemas, adds, tells a refusal as one, and a panic, and adds again.
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

        const TOOL_ERROR: i32 = 5;
        let call = async |tool: &str, arguments: &[&str], expected: i32| {
            let mut line = vec!["--method", "tools/call", "--tool-name", tool];
            line.extend(arguments.iter().flat_map(|it| ["--tool-arg", it]));
            // Over stdio each call has a server process of its own.
            let told = finish(&mut inspector(era, target, &line)).await;
            assert_eq!(told.status.code(), Some(expected), "{target}: {told:#?}");
            let result = result(&told);
            assert_eq!(result["isError"] == true, expected != 0, "{target}");
            let text = result["content"][0]["text"].as_str().unwrap_or_default();
            text.to_owned()
        };
        assert_eq!(call("add", &["a=1", "b=2"], 0).await, "3", "{target}");
        let refused = call("add", &["a=1", "b=2000000"], TOOL_ERROR).await;
        assert!(refused.contains("b: must be"), "{target}: {refused}");
        assert!(!refused.contains("2000000"), "{target}: {refused}");
        let panicked = call("boom", &[], TOOL_ERROR).await;
        assert!(panicked.contains("internal error"), "{target}: {panicked}");
        assert!(!panicked.contains("secret"), "{target}: {panicked}");
        assert_eq!(call("add", &["a=20", "b=22"], 0).await, "42", "{target}");
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
