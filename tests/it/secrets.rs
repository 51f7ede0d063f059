//! What is marked secret is shown nowhere: not in answers, errors, schemas' examples, logs, spans, records or figures.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Once};

use mcp_runtime::middleware::{Incoming, Next, NextAttempt, Refused};
use mcp_runtime::prelude::*;
use mcp_runtime::testing::{self, Client};
use mcp_runtime::{Call, Output, Principal, Secret};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use tracing_subscriber::EnvFilter;
use validator::Validate;

const SECRET: &str = "hunter2\"and more";

/// Sign in, and say too much of it.
#[tool]
async fn sign_in(
    password: Secret<String>,
    #[arg(secret)] token: String,
    how: String,
) -> Result<String, ToolError> {
    let plain = password.expose();
    tracing::info!(%password, ?password, "signing in");
    match how.as_str() {
        "answer" => Ok(format!("{plain} {token}")),
        "fail" => Err(ToolError::failed(format!("{plain} is wrong")).hint(token)),
        "field" => {
            Err(ToolError::invalid_input("no").field("password", format!("`{plain}` is taken")))
        }
        "cause" => Err(io::Error::other(format!("GET /?token={token}&p={plain}")).into()),
        "panic" => panic!("{plain} {token}"),
        _ => Ok(password.to_string()),
    }
}

#[derive(Deserialize, JsonSchema, Validate)]
struct Account {
    user: String,
    keys: HashMap<String, Secret<String>>,
}

/// Open an account, and say all of it.
#[tool]
async fn open(args: Args<Account>) -> Json<Vec<String>> {
    let keys = args
        .keys
        .values()
        .map(|key| format!("{}: {}", args.user, key.expose()));
    Json(keys.collect())
}

/// Take a secret that must look like one.
#[tool]
async fn checked(
    #[validate(length(min = 8), regex = "^[a-z]+$")] key: Secret<String>,
    pin: Option<Secret<u16>>,
) -> usize {
    key.expose().len() + usize::from(pin.map_or(0, Secret::into_exposed))
}

/// Say a long secret, within a short limit.
#[tool(max_out = "20B")]
async fn long(key: Secret<String>) -> String {
    key.into_exposed()
}

fn server() -> Server {
    Server::new("secretive").mount(tools![sign_in, open, checked, long])
}

fn credentials(how: &str) -> serde_json::Value {
    json!({"password": SECRET, "token": "tok-123456", "how": how})
}

#[tokio::test]
async fn the_schema_marks_secrets() {
    let client = testing::client(server()).await;
    let tools = client.tools().await;
    let schema = &tools.get("sign_in").unwrap()["inputSchema"]["properties"];
    assert_eq!(schema["password"]["writeOnly"], true);
    assert_eq!(schema["password"]["format"], "password");
    assert_eq!(schema["password"]["type"], "string");
    assert_eq!(schema["token"]["writeOnly"], true);
    let checked = &tools.get("checked").unwrap()["inputSchema"]["properties"];
    assert_eq!(
        (&checked["key"]["minLength"], &checked["pin"]["writeOnly"]),
        (&json!(8), &json!(true))
    );
}

#[tokio::test]
async fn answers_and_errors_do_not_repeat_secrets() {
    let client = testing::client(server()).await;
    let text = async |how| client.call("sign_in", credentials(how)).await.text();
    assert_eq!(text("answer").await, "[secret] [secret]");
    assert_eq!(text("fail").await, "[secret] is wrong\nhint: [secret]");
    assert_eq!(text("field").await, "no\n- password: `[secret]` is taken");
    assert_eq!(text("print").await, "[secret]");
    assert!(text("cause").await.starts_with("internal error (id "));
}

#[tokio::test]
async fn secrets_inside_structures_are_found() {
    let client = testing::client(server()).await;
    let account = json!({"user": "ada", "keys": {"a": SECRET, "b": "87654321"}});
    let reply = client.call("open", &account).await;
    assert_eq!(
        reply.result()["structuredContent"],
        json!({"result": ["ada: [secret]", "ada: [secret]"]})
    );
    assert!(!reply.text().contains("hunter2"), "{}", reply.text());
}

#[tokio::test]
async fn an_answer_is_measured_without_its_secrets() {
    let client = testing::client(server()).await;
    let reply = client.call("long", json!({"key": "x".repeat(1000)})).await;
    assert_eq!(reply.text(), "[secret]");
}

#[tokio::test]
async fn what_is_wrong_with_a_secret_is_said_without_it() {
    let client = testing::client(server()).await;
    for (arguments, words) in [
        (
            json!({"key": "hunter2hunter2"}),
            "key: must match `^[a-z]+$`",
        ),
        (
            json!({"key": "hunter"}),
            "key: must have at least 8 characters",
        ),
        (json!({"key": 77_123_456}), "key: must be a string"),
        (json!({"key": "abcdefgh", "pin": "hunter2"}), "pin: must be"),
        (
            json!({"key": "abcdefgh", "pin": 77_123_456}),
            "pin: must be",
        ),
    ] {
        let reply = client.call("checked", &arguments).await;
        assert_eq!(reply.code(), Some("invalid_input"));
        let text = reply.text();
        assert!(text.contains(words), "{text}");
        assert!(
            !text.contains("hunter2") && !text.contains("77123456"),
            "{text}"
        );
    }
}

async fn tell_call(call: Incoming, next: Next) -> Result<Output, Refused> {
    tracing::trace!(?call, ?next, "about to go");
    let outcome = next.run().await;
    tracing::trace!(refused = ?outcome.as_ref().err(), "gone");
    outcome
}

async fn tell_attempt(call: Arc<Call>, next: NextAttempt) -> Result<Output, ToolError> {
    tracing::trace!(?call, ?next, "about to try");
    next.run().await
}

thread_local! {
    /// What has been logged on this thread since somebody began to read.
    static LOG: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

struct Log;

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.iter_mut().for_each(|log| log.extend_from_slice(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Everything that is told at the finest level while a future runs, rmcp's own excepted: it tells whole requests.
///
/// The subscriber is the whole process's: tracing remembers for all threads what one thread's subscriber did not want.
async fn logged(work: impl Future<Output = ()>) -> String {
    static SUBSCRIBER: Once = Once::new();
    SUBSCRIBER.call_once(|| {
        tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::new("trace,rmcp=warn"))
            .with_ansi(false)
            .with_writer(|| Log)
            .init();
    });
    LOG.set(Some(Vec::new()));
    work.await;
    String::from_utf8(LOG.take().unwrap()).unwrap()
}

#[tokio::test]
async fn nothing_that_is_logged_holds_a_secret() {
    let log = logged(async {
        let bearer = "Bearer eyJhbGciOiJIUzI1NiJ9.e30.s3cr3t";
        let caller = Principal::new("https://id.example.com", "ada");
        for legacy in [false, true] {
            let server = server().around(tell_call).around_attempt(tell_attempt);
            let builder = Client::builder(server).caller(caller.clone());
            let client = if legacy { builder.legacy() } else { builder }
                .connect()
                .await;
            for how in ["answer", "fail", "field", "cause", "panic", "print"] {
                client.call("sign_in", credentials(how)).await;
                let mut call = json!({"name": "sign_in", "arguments": credentials(how)});
                call["_meta"] = json!({"authorization": bearer, "traceparent": bearer});
                client.request("tools/call", call).await;
            }
            client
                .call(
                    "sign_in",
                    json!({"password": 1, "token": SECRET, "extra": SECRET}),
                )
                .await;
            client.call("nothing", credentials("answer")).await;
            client
                .call("open", json!({"user": "ada", "keys": {"a": SECRET}}))
                .await;
            client.call("checked", json!({"key": SECRET})).await;
        }
    })
    .await;
    assert!(log.contains("password=[secret] password=[secret]"), "{log}");
    assert!(
        log.contains("tool failed") && log.contains("audit"),
        "it is all there: {log}"
    );
    for secret in ["hunter2", "tok-123456", "s3cr3t"] {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None);
    }
}
