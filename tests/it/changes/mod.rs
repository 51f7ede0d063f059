//! Tools that come and go while the server runs, and the clients that are told.

mod besides;

use std::sync::Arc;

use mcp_runtime::prelude::*;
use mcp_runtime::testing::{self, Client, Pending};
use serde_json::{Value, json};
use tokio::sync::Notify;

/// Export everything.
#[tool(read_only)]
async fn export() -> &'static str {
    "all of it"
}

/// Close the office.
#[tool(destructive, confirm = "never")]
async fn close(ctx: Context) -> Result<(), ToolError> {
    Ok(ctx.tools().disable("export")?)
}

/// Wait to be let go.
#[tool(read_only)]
async fn wait(gate: State<Arc<Notify>>) -> &'static str {
    gate.notified().await;
    "went on"
}

const TOOLS: Toolset = tools![export, close, wait];

fn server() -> Server {
    Server::new("office")
        .mount(TOOLS)
        .state(Arc::new(Notify::new()))
}

const CHANGED: &str = "notifications/tools/list_changed";

/// A client of each revision on each transport, and a handle of its server.
async fn clients<H>(
    server: impl Fn() -> Server,
    handle: impl Fn(&Server) -> H,
) -> Vec<(Client, H)> {
    let mut clients = Vec::new();
    for (legacy, http) in [(false, false), (true, false), (false, true), (true, true)] {
        let server = server();
        let handle = handle(&server);
        let mut builder = Client::builder(server);
        if legacy {
            builder = builder.legacy();
        }
        if http {
            builder = builder.http();
        }
        clients.push((builder.connect().await, handle));
    }
    clients
}

async fn next(changes: &mut Pending) -> Value {
    changes.notification().await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_disabled_tool_is_as_one_that_does_not_exist() {
    for (client, tools) in clients(server, Server::tools).await {
        let unknown = |reply: &testing::Reply| reply.rpc_error().unwrap().clone();
        tools.disable("export").unwrap();
        assert_eq!(client.tools().await.names(), ["close", "wait"]);
        let disabled = unknown(&client.call("export", json!({})).await);
        let missing = unknown(&client.call("xeport", json!({})).await);
        assert_eq!(disabled.code, missing.code);
        assert_eq!(
            disabled.message.replace("export", "xeport"),
            missing.message
        );

        tools.enable("export").unwrap();
        assert_eq!(client.tools().await.names(), ["export", "close", "wait"]);
        assert_eq!(client.call("export", json!({})).await.text(), "all of it");
    }
}

#[tokio::test(start_paused = true)]
async fn clients_are_told_once_for_each_change() {
    for (client, tools) in clients(server, Server::tools).await {
        let mut changes = client.changes().await;
        tools.disable("export").unwrap();
        // Nothing changes by that.
        tools.disable("export").unwrap();
        assert_eq!(next(&mut changes).await["method"], CHANGED);
        assert_eq!(client.tools().await.names(), ["close", "wait"]);
        tools.enable("export").unwrap();
        assert_eq!(next(&mut changes).await["method"], CHANGED);
        // What would come next is this one's, had there been another.
        tools.disable("wait").unwrap();
        assert_eq!(next(&mut changes).await["method"], CHANGED);
        assert_eq!(client.tools().await.names(), ["export", "close"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_tool_can_take_another_away() {
    for (client, _) in clients(server, Server::tools).await {
        let mut changes = client.changes().await;
        client.call("close", json!({})).await.result();
        assert_eq!(next(&mut changes).await["method"], CHANGED);
        assert_eq!(client.tools().await.names(), ["close", "wait"]);
    }
}

#[tokio::test(start_paused = true)]
async fn every_session_is_told() {
    let server = server();
    let tools = server.tools();
    let first = Client::builder(server).legacy().connect().await;
    let second = first.anonymous();
    let mut changes = (first.changes().await, second.changes().await);
    tools.disable("export").unwrap();
    assert_eq!(next(&mut changes.0).await["method"], CHANGED);
    assert_eq!(next(&mut changes.1).await["method"], CHANGED);
}

#[tokio::test(start_paused = true)]
async fn a_subscription_names_itself_and_is_told_what_it_asked_for() {
    let server = server();
    let tools = server.tools();
    let client = testing::client(server).await;
    let mut changes = client.changes().await;
    tools.disable("export").unwrap();
    let told = next(&mut changes).await;
    let id = &told["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"];
    assert_eq!(id, &json!(changes.id()));
}

#[tokio::test(start_paused = true)]
async fn calls_that_have_begun_go_on() {
    let gate = Arc::new(Notify::new());
    let server = Server::new("office").mount(TOOLS).state(Arc::clone(&gate));
    let tools = server.tools();
    let client = testing::client(server).await;
    let waiting = client.start("wait", json!({})).await;
    // The call is inside once something else has gone all the way.
    client.call("export", json!({})).await.result();
    tools.disable("wait").unwrap();
    gate.notify_one();
    assert_eq!(waiting.await.text(), "went on");
}

#[tokio::test]
async fn what_is_disabled_before_the_server_runs_is_not_there_from_the_start() {
    let server = server();
    server.tools().disable("export").unwrap();
    let client = testing::client(server).await;
    assert_eq!(client.tools().await.names(), ["close", "wait"]);
}

#[test]
fn a_name_that_no_tool_has_is_an_error() {
    let early = server();
    early.tools().disable("xeport").unwrap();
    let error = early.check().unwrap_err().to_string();
    assert!(
        error.contains("`tools().disable(\"xeport\")`: the server has no such tool"),
        "{error}"
    );

    let late = server();
    let tools = late.tools();
    late.check().unwrap();
    let error = tools.disable("xeport").unwrap_err().to_string();
    assert_eq!(error, "the server has no tool `xeport`");
    tools.disable("export").unwrap();
}

#[tokio::test]
async fn the_capability_is_declared() {
    let legacy = Client::builder(server()).legacy().connect().await;
    let declared = &legacy.greeting().unwrap()["capabilities"]["tools"];
    assert_eq!(declared["listChanged"], true);
    let current = testing::client(server()).await;
    let discovered = current.request("server/discover", json!({})).await;
    assert_eq!(
        discovered.result()["capabilities"]["tools"]["listChanged"],
        true
    );
}
