//! The lane for plain calls answers as the protocol's own service does.

mod cases;
mod same;
mod sessions;
mod unseen;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mcp_runtime::middleware::{Incoming, Next, Refused};
use mcp_runtime::prelude::*;
use mcp_runtime::testing::Client;
use mcp_runtime::{FromCall, Output, Principal};
use serde_json::{Value, json};
use tracing_subscriber::layer::{Context as Layered, SubscriberExt as _};

use self::cases::Case;

/// Add two numbers.
#[tool(read_only, auth = "none")]
async fn add(a: i64, b: i64) -> i64 {
    a + b
}

/// Refuse.
#[tool(read_only, auth = "none")]
async fn refuse() -> Result<String, ToolError> {
    Err(ToolError::not_found("no such thing").hint("look elsewhere"))
}

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Sum {
    sum: i64,
    of: Vec<i64>,
}

/// Add numbers.
#[tool(read_only, auth = "none")]
async fn sum(of: Vec<i64>) -> Json<Sum> {
    Json(Sum {
        sum: of.iter().sum(),
        of,
    })
}

/// Content of every kind.
#[tool(read_only, auth = "none")]
async fn gallery() -> Output {
    use mcp_runtime::IntoContent as _;
    let content = vec![
        Content::text("a \"text\" with\nlines and \u{1f600}"),
        Image::png([1, 2, 3]).into_content(),
        Audio::wav([4]).into_content(),
        Embedded::text("file:///a", "a")
            .mime("text/plain")
            .into_content(),
        Embedded::blob("file:///b", [5]).into_content(),
        Link::new("file:///c", "c")
            .title("C")
            .description("see")
            .mime("text/plain")
            .size(6)
            .into_content(),
    ];
    Output::new(content).meta("org.example/z", json!({"b": 1, "a": 2}))
}

/// What only some may see.
#[tool(read_only, auth = "secrets:read")]
async fn hidden() -> &'static str {
    "secret"
}

/// Say who calls.
#[tool(read_only, auth = "none")]
async fn whoami(caller: Option<Caller>) -> String {
    caller.map_or_else(|| "nobody".to_owned(), |caller| caller.subject().to_owned())
}

/// Ask before doing.
#[tool(auth = "none", confirm = "Drop {what}?")]
async fn forget(what: String) -> String {
    what
}

/// Stand in a header, too.
#[tool(read_only, auth = "none")]
async fn mirrored(#[arg(header = "Region")] region: String) -> String {
    region
}

/// Speak while running.
#[tool(read_only, auth = "none")]
async fn steps(ctx: Context) -> &'static str {
    ctx.progress(1.0, 1.0).await;
    "done"
}

/// What the call's surroundings say, behind a type of the program's own.
struct Surroundings(String);

impl FromCall for Surroundings {
    fn from_call(call: &Arc<mcp_runtime::Call>) -> Result<Self, ToolError> {
        let context = Context::from_call(call)?;
        let info = context.client_info();
        Ok(Self(info.map_or_else(String::new, |info| info.name)))
    }
}

/// Name the client.
#[tool(read_only, auth = "none")]
async fn client(around: Surroundings) -> String {
    around.0
}

/// Take long.
#[tool(read_only, auth = "none", task = "required")]
async fn later() -> &'static str {
    "done"
}

const TOOLS: Toolset = tools![
    add, refuse, sum, gallery, hidden, whoami, forget, mirrored, steps, client, later
];

fn server() -> Server {
    Server::new("lane")
        .version("1.2.3")
        .title("The lane")
        .mount(TOOLS)
}

/// A client that goes through the lane, and one that goes to rmcp alone.
async fn both() -> [Client; 2] {
    [
        Client::builder(server()).http().connect().await,
        Client::builder(server()).without_lane().connect().await,
    ]
}

/// Counts what rmcp says of services it starts.
#[derive(Clone, Default)]
struct Started(Arc<AtomicUsize>);

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Started {
    fn on_event(&self, event: &tracing::Event<'_>, _: Layered<'_, S>) {
        if event.metadata().target().starts_with("rmcp::service") {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[tokio::test]
async fn plain_calls_take_the_lane_and_what_speaks_does_not() {
    let started = Started::default();
    let _heard =
        tracing::subscriber::set_default(tracing_subscriber::registry().with(started.clone()));
    let client = Client::builder(server()).http().connect().await;
    let in_lane = async |tool: &str, arguments: Value| {
        let before = started.0.load(Ordering::Relaxed);
        Case::current(tool, &arguments).send(&client).await;
        started.0.load(Ordering::Relaxed) == before
    };
    for tool in ["add", "refuse", "sum", "gallery", "whoami", "forget"] {
        assert!(in_lane(tool, json!({"a": 1, "b": 2})).await, "{tool}");
    }
    for tool in ["mirrored", "steps", "client", "hidden", "nothing"] {
        assert!(!in_lane(tool, json!({})).await, "{tool}");
    }
}

#[tokio::test]
async fn callers_are_told_apart_in_the_lane() {
    let client = Client::builder(server()).http().connect().await;
    let ada =
        client.as_caller(Principal::new("https://id.example.com", "ada").scope("secrets:read"));
    assert_eq!(ada.call("hidden", json!({})).await.text(), "secret");
    assert_eq!(ada.call("whoami", json!({})).await.text(), "ada");
    assert!(client.call("hidden", json!({})).await.rpc_error().is_some());
    assert_eq!(client.call("whoami", json!({})).await.text(), "nobody");
}

#[tokio::test]
async fn middleware_around_a_call_knows_the_client_in_both_eras() {
    async fn named(call: Incoming, next: Next) -> Result<Output, Refused> {
        let info = call.client_info();
        let name = info.map_or_else(String::new, |info| info.name);
        Ok(next.run().await?.meta("org.example/client", name))
    }
    for legacy in [false, true] {
        let builder = Client::builder(server().around(named)).http();
        let builder = if legacy { builder.legacy() } else { builder };
        let client = builder.connect().await;
        let reply = client.call("add", json!({"a": 1, "b": 2})).await;
        let name = reply.meta()["org.example/client"].as_str().unwrap();
        assert!(!name.is_empty(), "{reply:?}");
    }
}
