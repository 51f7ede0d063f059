//! Code around calls: what it sees, in which order, and what it can do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use futures_util::future::BoxFuture;
use mcp_runtime::middleware::{Around, Incoming, Next, NextAttempt, Refused};
use mcp_runtime::prelude::*;
use mcp_runtime::testing::{self, Client};
use mcp_runtime::{Call, Output, Principal};
use parking_lot::Mutex;
use serde_json::json;

/// Echo.
#[tool(read_only)]
async fn echo(text: String, log: State<Log>) -> String {
    log.note(format!("tool {text}"));
    text
}

/// Give a number.
#[tool(read_only)]
async fn number() -> Json<u32> {
    Json(7)
}

/// Look again.
#[tool(read_only, retry = "2 exp 1ms..2ms")]
async fn look(log: State<Log>) -> Result<String, ToolError> {
    log.note("tool look");
    match log.length() {
        0..4 => Err(ToolError::transient("not yet")),
        _ => Ok("seen".to_owned()),
    }
}

/// Delete everything.
#[tool(auth = "role:admin", visible = "always")]
async fn wipe(log: State<Log>) {
    log.note("tool wipe");
}

#[derive(Default)]
struct Log(Mutex<Vec<String>>);

impl Log {
    fn note(&self, line: impl Into<String>) {
        self.0.lock().push(line.into());
    }

    fn length(&self) -> usize {
        self.0.lock().len()
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock())
    }
}

fn server(log: &Arc<Log>) -> Server {
    Server::new("surrounded")
        .mount(tools![echo, number, look, wipe])
        .shared_state(Arc::clone(log))
}

/// Middleware with state of its own.
struct Noting(&'static str);

impl Around for Noting {
    fn around<'a>(&'a self, call: Incoming, next: Next) -> BoxFuture<'a, Result<Output, Refused>> {
        Box::pin(async move {
            let log = call.state::<Log>().unwrap();
            let who = call
                .caller()
                .map_or("nobody".to_owned(), |caller| caller.subject().to_owned());
            log.note(format!("{} {} by {who}", self.0, call.tool_name()));
            let outcome = next.run().await;
            let code = outcome.as_ref().map_or_else(Refused::code, |_| "ok");
            log.note(format!("{} {code}", self.0));
            outcome
        })
    }
}

async fn noting_attempt(call: Arc<Call>, next: NextAttempt) -> Result<Output, ToolError> {
    let log = call.state::<Log>().unwrap();
    log.note(format!("attempt {}", call.arguments()["text"]));
    let outcome = next.run().await;
    log.note(format!("attempt {}", outcome.is_ok()));
    outcome
}

#[tokio::test]
async fn the_first_one_given_is_the_outermost() {
    let log = Arc::new(Log::default());
    let server = server(&log)
        .around_attempt(noting_attempt)
        .around(Noting("outer"))
        .around(Noting("inner"))
        .around_attempt(async |call: Arc<Call>, next: NextAttempt| {
            call.state::<Log>().unwrap().note("innermost");
            next.run().await
        });
    let client = Client::builder(server)
        .caller(Principal::local("ada"))
        .connect()
        .await;
    assert_eq!(
        client.call("echo", json!({"text": "hi"})).await.text(),
        "hi"
    );
    assert_eq!(
        log.take(),
        [
            "outer echo by ada",
            "inner echo by ada",
            "attempt \"hi\"",
            "innermost",
            "tool hi",
            "attempt true",
            "inner ok",
            "outer ok",
        ]
    );
}

#[tokio::test]
async fn the_outer_place_sees_denials_and_the_inner_one_does_not() {
    let log = Arc::new(Log::default());
    let server = server(&log)
        .around(Noting("outer"))
        .around_attempt(noting_attempt);
    let client = testing::client(server).await;
    for (tool, arguments, code) in [
        ("wipe", json!({}), "forbidden"),
        ("nothing", json!({}), "unknown_tool"),
        ("echo", json!({"text": 1}), "invalid_input"),
    ] {
        client.call(tool, &arguments).await;
        assert_eq!(
            log.take(),
            [format!("outer {tool} by nobody"), format!("outer {code}")]
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_inner_place_sees_each_attempt_and_the_outer_one_the_call() {
    let log = Arc::new(Log::default());
    let server = server(&log).around(Noting("outer")).around_attempt(
        async |call: Arc<Call>, next: NextAttempt| {
            call.state::<Log>().unwrap().note("attempt");
            next.run().await
        },
    );
    let client = testing::client(server).await;
    assert_eq!(client.call("look", json!({})).await.text(), "seen");
    let seen = ["attempt", "tool look", "attempt", "tool look"];
    let log = log.take();
    assert_eq!(log[0], "outer look by nobody");
    assert_eq!(log[1..5], seen, "{log:?}");
    assert_eq!(log.last().unwrap(), "outer ok");
}

#[tokio::test]
async fn what_passes_through_middleware_is_answered_as_without_it() {
    let log = Arc::new(Log::default());
    let plain = testing::client(server(&log)).await;
    let surrounded = server(&log)
        .around(Noting("outer"))
        .around_attempt(async |_: Arc<Call>, next: NextAttempt| next.run().await);
    let surrounded = testing::client(surrounded).await;
    for (tool, arguments) in [
        ("echo", json!({"text": "hi"})),
        ("number", json!({})),
        ("wipe", json!({})),
        ("nothing", json!({})),
        ("echo", json!({"text": 1})),
    ] {
        let (expected, found) = (
            plain.call(tool, &arguments).await,
            surrounded.call(tool, &arguments).await,
        );
        assert_eq!(expected.raw(), found.raw(), "{tool}");
    }
}

#[tokio::test]
async fn a_tool_that_is_gone_when_the_outer_place_lets_its_call_on_is_unknown() {
    let log = Arc::new(Log::default());
    let server = || {
        let server = server(&log);
        let tools = server.tools();
        server.around(move |call: Incoming, next: Next| {
            let gone = tools.disable(call.tool_name()).is_ok();
            async move {
                assert!(gone);
                next.run().await
            }
        })
    };
    for builder in [
        Client::builder(server()),
        Client::builder(server()).http(),
        Client::builder(server()).http().legacy(),
        Client::builder(server()).without_lane(),
    ] {
        let client = builder.connect().await;
        let answer = client.call("echo", json!({"text": "hi"})).await;
        let error = answer.rpc_error().expect("no answer, but an error");
        assert_eq!(error.code, -32602);
        assert_eq!(log.length(), 0, "the tool has run");
    }
}

#[tokio::test]
async fn the_outer_place_can_refuse_and_answer() {
    let log = Arc::new(Log::default());
    let closed = Arc::new(AtomicBool::new(true));
    let gate = Arc::clone(&closed);
    let server = server(&log).around(move |call: Incoming, next: Next| {
        let closed = gate.load(Ordering::Relaxed);
        async move {
            match (call.tool_name(), closed) {
                ("wipe", _) => Ok(Output::new(vec![Content::text("as if")])),
                (_, true) => Err(ToolError::forbidden("closed on Sundays").into()),
                (_, false) => next.run().await,
            }
        }
    });
    let metrics = server.metrics();
    let client = testing::client(server).await;
    let reply = client.call("echo", json!({"text": "hi"})).await;
    assert_eq!(
        (reply.code(), reply.text()),
        (Some("forbidden"), "closed on Sundays".to_owned())
    );
    assert_eq!(client.call("wipe", json!({})).await.text(), "as if");
    assert_eq!(log.take(), [""; 0], "no tool ran");
    closed.store(false, Ordering::Relaxed);
    assert_eq!(
        client.call("echo", json!({"text": "hi"})).await.text(),
        "hi"
    );
    // The tools were never looked up for the first two.
    assert_eq!(metrics.snapshot().unknown_tool, 2);
}

#[tokio::test]
async fn the_inner_place_can_fail_an_attempt_and_change_an_answer() {
    let log = Arc::new(Log::default());
    let attempts = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&attempts);
    let server = server(&log).around_attempt(move |call: Arc<Call>, next: NextAttempt| {
        let attempt = counted.fetch_add(1, Ordering::Relaxed);
        async move {
            if call.tool_name() == "number" {
                return next
                    .run()
                    .await
                    .map(|_| Output::new(vec![Content::text("seven")]));
            }
            match attempt {
                0 => Err(ToolError::transient("chaos")),
                _ => next.run().await,
            }
        }
    });
    let client = testing::client(server).await;
    let reply = client.call("echo", json!({"text": "hi"})).await;
    assert_eq!(
        (reply.code(), reply.text()),
        (Some("unavailable"), "chaos".to_owned())
    );
    assert_eq!(log.take(), [""; 0]);
    assert_eq!(client.call("number", json!({})).await.text(), "seven");
    assert_eq!(attempts.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_panic_in_middleware_is_an_answer() {
    let log = Arc::new(Log::default());
    let outer = server(&log).around(async |_: Incoming, _: Next| panic!("a bug"));
    let inner = server(&log).around_attempt(async |_: Arc<Call>, _: NextAttempt| panic!("a bug"));
    for server in [outer, inner] {
        let client = testing::client(server).await;
        let reply = client.call("echo", json!({"text": "hi"})).await;
        assert_eq!(reply.code(), Some("internal"));
        assert!(!reply.text().contains("bug"));
    }
}
