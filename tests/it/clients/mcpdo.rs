//! `mcpdo` keeps a connection between commands and asks its user: it goes on with calls in rounds, and polls for tasks.

use std::process::Output;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use super::{finish, installed, node};
use crate::built;
use crate::served::Served;

const MCPDO: &str = "node_modules/@modelcontextprotocol/inspector/clients/mcpdo/build/mcp-bin.js";

#[tokio::test]
async fn a_call_in_rounds_goes_on_with_the_users_answer() {
    let user = User::connect().await;
    let asked = user
        .call("test_input_required_result_elicitation", &[])
        .await;
    assert_eq!(pending(&asked)["origin"], "input-required");
    assert_eq!(pending(&asked)["message"], "What is your name?");
    let answered = user.answer(&asked, "name:=Ada").await;
    assert_eq!(text(&answered), "Hello, Ada!");

    let asked = user
        .call("test_input_required_result_multi_round", &[])
        .await;
    let asked = user.answer(&asked, "name:=Ada").await;
    let answered = user.answer(&asked, "color:=green").await;
    assert_eq!(text(&answered), "Ada likes green");
    user.leave().await;
}

#[tokio::test]
async fn a_task_is_polled_for_and_its_questions_are_answered() {
    let user = User::connect().await;
    let done = user
        .call("slow_compute", &["seconds:=1", "label:=it"])
        .await;
    assert_eq!(text(&done), "computed it for 1 s");

    let asked = user.call("multi_input", &[]).await;
    assert_eq!(pending(&asked)["origin"], "task-input-required");
    let asked = user.answer(&asked, "name:=Ada").await;
    assert_eq!(pending(&asked)["origin"], "task-input-required");
    let answered = user.answer(&asked, "name:=Lovelace").await;
    assert_eq!(text(&answered), "Ada Lovelace");

    let asked = user.call("test_tool_with_task", &[]).await;
    assert_eq!(pending(&asked)["origin"], "input-required");
    let answered = user.answer(&asked, "name:=Ada").await;
    assert_eq!(text(&answered), "Hello, Ada!");
    user.leave().await;
}

/// Somebody at a terminal, connected to the example that has one of everything.
struct User {
    http: Served,
    daemon: TempDir,
}

impl User {
    async fn connect() -> Self {
        let everything = built::examples().join("everything");
        let everything = everything.to_str().expect("the path is UTF-8");
        let user = Self {
            http: Served::http(everything).await,
            daemon: tempfile::tempdir().unwrap(),
        };
        let mut connect = user.command(&["connect", &user.http.url]);
        connect.args(["--transport", "http", "--era", "modern"]);
        let connected = read(&finish(&mut connect).await);
        assert_eq!(connected["protocolEra"], "modern", "{connected}");
        user
    }

    async fn call(&self, tool: &str, arguments: &[&str]) -> Value {
        let mut call = self.command(&["--connection", &self.http.url, "tools/call", tool]);
        read(&finish(call.args(arguments)).await)
    }

    async fn answer(&self, asked: &Value, field: &str) -> Value {
        let id = pending(asked)["elicitationId"].as_str().unwrap();
        let url = &self.http.url;
        let mut respond = self.command(&["--connection", url, "elicitation/respond", id, field]);
        read(&finish(&mut respond).await)
    }

    async fn leave(self) {
        let stopped = finish(&mut self.command(&["daemon", "stop"])).await;
        assert!(stopped.status.success(), "{stopped:#?}");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = node(MCPDO, &["--format", "json"]);
        command
            .args(arguments)
            // A daemon of its own, which keeps nothing.
            .env("MCP_INSPECTOR_DAEMON_DIR", self.daemon.path())
            .env("MCP_INSPECTOR_DAEMON_TOKEN", "a token for this test alone")
            .env("MCP_INSPECTOR_SECRET_STORE", "memory")
            .env("HOME", installed().path("home"));
        command
    }
}

fn read(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("one JSON: {output:#?}"))
}

/// The question that waits for the user.
#[track_caller]
fn pending(reply: &Value) -> &Value {
    let pending = &reply["elicitationPending"];
    assert!(pending.is_object(), "there is no question: {reply:#}");
    pending
}

#[track_caller]
fn text(reply: &Value) -> &str {
    assert_eq!(reply["resultType"], json!("complete"), "{reply:#}");
    reply["content"][0]["text"].as_str().unwrap()
}
