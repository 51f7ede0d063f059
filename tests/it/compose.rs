//! Servers made of parts: names, choices, and other servers, each with what it brought along.

use std::sync::Arc;
use std::time::Duration;

use mcp_runtime::middleware::{Incoming, Next, NextAttempt, Refused};
use mcp_runtime::prelude::*;
use mcp_runtime::testing::{self, Client};
use mcp_runtime::{Call, Mount, Output, Policies, Principal};
use parking_lot::Mutex;
use serde_json::json;

/// Add two numbers.
#[tool(read_only, tags = ["safe"])]
async fn add(a: i64, b: i64) -> i64 {
    a + b
}

/// Forget everything.
#[tool(destructive, confirm = "never", tags = ["danger"])]
async fn forget() -> &'static str {
    "what?"
}

/// The state of some server.
struct Whose(&'static str);

/// Say which state this is.
#[tool(read_only)]
async fn whose(state: State<Whose>) -> String {
    state.0.0.to_owned()
}

const MATH: Toolset = tools![add, forget];
const STATE: Toolset = tools![whose];

async fn names(server: Server) -> Vec<String> {
    let tools = testing::client(server).await.tools().await;
    tools.names().into_iter().map(str::to_owned).collect()
}

fn refused(server: Server) -> String {
    server.check().unwrap_err().to_string()
}

#[tokio::test]
async fn a_name_is_the_namespace_the_prefix_and_its_own() {
    let prefixed = MATH.prefix("math");
    let server = Server::new("x")
        .mount(MATH)
        .mount_at("one", MATH)
        .mount(prefixed)
        .mount_at("two", prefixed)
        .mount_at("three", Mount::new(MATH).at("four"));
    let expected = [
        "add",
        "one.add",
        "math.add",
        "two.math.add",
        "three.four.add",
    ];
    let names = names(server).await;
    let adds: Vec<_> = names.iter().filter(|name| name.ends_with("add")).collect();
    assert_eq!(adds, expected.iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_mount_renames_and_leaves_out() {
    let list = |mount: Mount| names(Server::new("x").mount(mount));
    let all = || Mount::new(MATH.prefix("m").tags(&["all"]));
    assert_eq!(
        list(all().rename("add", "plus")).await,
        ["m.plus", "m.forget"]
    );
    assert_eq!(list(all().hide("forget")).await, ["m.add"]);
    assert_eq!(list(all().only_tagged("safe")).await, ["m.add"]);
    assert_eq!(
        list(all().only_tagged("safe").only_tagged("danger")).await,
        ["m.add", "m.forget"]
    );
    assert_eq!(list(all().except_tagged("danger")).await, ["m.add"]);
    assert_eq!(
        list(all().only_tagged("all").except_tagged("safe")).await,
        ["m.forget"]
    );
    // A name that becomes free can be taken.
    let swapped = all().rename("add", "forget").rename("forget", "add");
    assert_eq!(list(swapped).await, ["m.forget", "m.add"]);
}

#[tokio::test]
async fn what_is_left_out_does_not_exist() {
    let client = testing::client(Server::new("x").mount(Mount::new(MATH).hide("forget"))).await;
    let reply = client.call("forget", json!({})).await;
    assert_eq!(reply.rpc_error().unwrap().code, -32602);
}

#[test]
fn what_a_mount_names_must_be_there() {
    let problem = |mount: Mount| refused(Server::new("x").mount(mount));
    for (mount, text) in [
        (
            Mount::new(MATH).hide("foret"),
            "has no tool `foret`\n  help: there are `add`, `forget`",
        ),
        (Mount::new(MATH).rename("ad", "plus"), "has no tool `ad`"),
        (
            Mount::new(MATH).only_tagged("save"),
            "has no tag `save`\n  help: there are `danger`, `safe`",
        ),
        (
            Mount::new(STATE).except_tagged("x"),
            "has no tag `x`\n  help: there is no tag at all",
        ),
    ] {
        let error = problem(mount);
        assert!(error.contains(text), "{error}");
        assert!(
            error.contains("tests/it/compose.rs:"),
            "where it is mounted: {error}"
        );
    }
}

#[test]
fn two_tools_of_one_name_do_not_start_and_both_places_are_named() {
    let other = Server::new("other").mount(MATH);
    let error = refused(
        Server::new("x")
            .mount(MATH)
            .mount(Mount::new(other).hide("forget")),
    );
    assert!(
        error.starts_with("two tools are named `add`: one at "),
        "{error}"
    );
    assert_eq!(error.matches("(mounted at ").count(), 2, "{error}");
    assert!(error.contains(".rename(\"add\", \"..\")"), "{error}");
}

#[tokio::test]
async fn a_merged_server_keeps_its_state_to_its_tools() {
    let inner = Server::new("inner").mount(STATE).state(Whose("inner"));
    let middle = Server::new("middle")
        .mount(STATE)
        .state(Whose("middle"))
        .merge("in", inner);
    let outer = Server::new("outer")
        .mount(STATE)
        .state(Whose("outer"))
        .merge("mid", middle);
    let client = testing::client(outer).await;
    for (tool, state) in [
        ("whose", "outer"),
        ("mid.whose", "middle"),
        ("mid.in.whose", "inner"),
    ] {
        assert_eq!(client.call(tool, json!({})).await.text(), state, "{tool}");
    }
}

#[test]
fn a_merged_server_does_not_borrow_its_hosts_state() {
    let inner = Server::new("inner").mount(STATE);
    let error = refused(
        Server::new("outer")
            .state(Whose("outer"))
            .merge("in", inner),
    );
    assert!(
        error.contains("the server merged as `in` has no such value"),
        "{error}"
    );
}

/// Middleware that writes down its name and the state that it sees.
fn noting(
    log: &Arc<Mutex<Vec<String>>>,
    name: &'static str,
) -> impl mcp_runtime::middleware::Around {
    let log = Arc::clone(log);
    move |call: Incoming, next: Next| {
        let state = call.state::<Whose>().map_or("nothing", |state| state.0);
        log.lock()
            .push(format!("{name} sees {state} at {}", call.tool_name()));
        async move { next.run().await as Result<Output, Refused> }
    }
}

#[tokio::test]
async fn middleware_surrounds_the_tools_of_its_server() {
    let log = Arc::default();
    let inner = Server::new("inner")
        .mount(STATE)
        .state(Whose("inner"))
        .around(noting(&log, "inner"));
    let outer = Server::new("outer")
        .mount(STATE)
        .state(Whose("outer"))
        .around(noting(&log, "outer"))
        .merge("in", inner);
    let client = testing::client(outer).await;
    client.call("whose", json!({})).await.result();
    client.call("in.whose", json!({})).await.result();
    let _ = client.call("in.nothing", json!({})).await;
    let expected = [
        "outer sees outer at whose",
        "outer sees outer at in.whose",
        "inner sees inner at in.whose",
        "outer sees outer at in.nothing",
    ];
    assert_eq!(*log.lock(), expected);
}

#[tokio::test]
async fn inner_middleware_does_too() {
    async fn shout(_: Arc<Call>, next: NextAttempt) -> Result<Output, ToolError> {
        next.run().await?;
        Err(ToolError::conflict("shouted"))
    }
    let inner = Server::new("inner")
        .mount(STATE)
        .state(Whose("inner"))
        .around_attempt(shout);
    let outer = Server::new("outer")
        .mount(STATE)
        .state(Whose("outer"))
        .merge("in", inner);
    let client = testing::client(outer).await;
    assert_eq!(client.call("whose", json!({})).await.text(), "outer");
    assert_eq!(
        client.call("in.whose", json!({})).await.code(),
        Some("conflict")
    );
}

#[tokio::test]
async fn hooks_run_in_the_order_in_which_they_were_given() {
    let log: Arc<Mutex<Vec<&str>>> = Arc::default();
    let note = |name: &'static str| {
        let log = Arc::clone(&log);
        move || async move {
            log.lock().push(name);
            Ok::<(), std::io::Error>(())
        }
    };
    let inner = Server::new("inner").on_start(note("inner"));
    let outer = Server::new("outer")
        .on_start(note("before"))
        .merge("in", inner)
        .on_start(note("after"));
    drop(testing::client(outer).await);
    assert_eq!(*log.lock(), ["before", "inner", "after"]);
}

#[tokio::test]
async fn defaults_and_scopes_of_a_merged_server_hold_for_its_tools() {
    let inner = Server::new("inner")
        .mount(MATH)
        .defaults(Policies::new().auth("math:use"))
        .implies("mathematician", ["math:use"]);
    let outer = Server::new("outer")
        .mount(MATH)
        .mount_at("bare", STATE)
        .state(Whose("outer"))
        .defaults(Policies::new().auth("office:use"))
        .implies("boss", ["office:use", "math:use"])
        .merge("in", inner);
    let client = testing::client(outer).await;
    let list = async |scope: &str| {
        let caller = Principal::local("ada").scope(scope);
        let tools = client.as_caller(caller).tools().await;
        let names: Vec<_> = tools.names().into_iter().map(str::to_owned).collect();
        names
    };
    assert_eq!(list("office:use").await, ["add", "forget", "bare.whose"]);
    assert_eq!(list("mathematician").await, ["in.add", "in.forget"]);
    assert_eq!(list("boss").await.len(), 5);
}

#[test]
fn what_there_is_one_of_belongs_to_the_outermost_server() {
    let inner = Server::new("inner")
        .mount(MATH)
        .audit_file("audit.ndjson")
        .state_key(*b"0123456789abcdef0123456789abcdef")
        .allowed_hosts(["mcp.example.com"]);
    let error = refused(Server::new("outer").merge("in", inner));
    assert!(
        error.starts_with("the server `inner` was given `state_key`, `audit_file`, "),
        "{error}"
    );
    assert!(error.contains("help: give it to that one"), "{error}");
}

#[test]
fn a_merged_server_whose_users_need_longer_says_so_where_it_counts() {
    let inner = Server::new("inner")
        .mount(MATH)
        .patience(Duration::from_secs(3600))
        .allow("god_server", "for the days when it is served alone")
        .page_size(3);
    let error = refused(Server::new("outer").mount(inner));
    assert!(
        error.starts_with("the server `inner` was given `patience`, and is merged"),
        "{error}"
    );
}

#[test]
fn a_merged_server_without_a_namespace_goes_by_its_name_in_errors() {
    let inner = Server::new("inner").mount(STATE);
    let error = refused(Server::new("outer").mount(inner));
    assert!(
        error.contains("the server merged as `inner` has no such value"),
        "{error}"
    );
}

#[test]
fn resources_and_prompts_that_collide_are_told_with_all_four_places() {
    /// The rules.
    #[resource("math://rules")]
    async fn rules() -> &'static str {
        ""
    }

    /// Ask for a proof.
    #[prompt]
    async fn proof() -> &'static str {
        ""
    }

    let all = || resources![rules].with(prompts![proof]);
    let error = refused(Server::new("outer").mount(all()).mount(all()));
    // Lines and columns.
    let places = |line: &str| {
        let places = line.split("tests/it/compose.rs:").skip(1);
        let place = |place: &str| place.split([')', ' ', ',']).next().unwrap().to_owned();
        places.map(place).collect::<Vec<_>>()
    };
    for (what, help) in [
        (
            "two resources are at `math://rules`: one at",
            "hide(\"rules\")",
        ),
        (
            "two prompts are named `proof`: one at",
            "rename(\"proof\", ",
        ),
    ] {
        let at = error.find(what).unwrap_or_else(|| panic!("{error}"));
        let (told, rest) = error[at..].split_once('\n').unwrap();
        let [first, first_mounted, second, second_mounted] = &places(told)[..] else {
            panic!("{told}")
        };
        assert_eq!(first, second);
        assert_ne!(first_mounted, second_mounted);
        assert!(rest.split('\n').next().unwrap().contains(help), "{error}");
    }
    let hidden = Mount::new(all()).hide("rules").hide("proof");
    Server::new("outer")
        .mount(all())
        .mount(hidden)
        .check()
        .unwrap();
}

#[tokio::test]
async fn handles_of_a_merged_server_go_on_working_under_its_names() {
    let inner = Server::new("inner").mount(MATH);
    let (tools, metrics) = (inner.tools(), inner.metrics());
    let outer = Server::new("outer").merge("in", inner);
    let client = Client::builder(outer).connect().await;
    client
        .call("in.add", json!({"a": 1, "b": 2}))
        .await
        .result();
    let figures = metrics.snapshot();
    let add = figures
        .tools
        .iter()
        .find(|tool| tool.name == "add")
        .unwrap();
    assert_eq!(add.total(), 1);
    tools.disable("add").unwrap();
    assert_eq!(client.tools().await.names(), ["in.forget"]);
}

#[tokio::test]
async fn resources_and_prompts_come_along() {
    /// The rules.
    #[resource("math://rules")]
    async fn rules(state: State<Whose>) -> String {
        state.0.0.to_owned()
    }

    /// Ask for a proof.
    #[prompt]
    async fn proof(of: String) -> String {
        format!("Prove {of}.")
    }

    let all = MATH.with(resources![rules]).with(prompts![proof]);
    let inner = Server::new("inner").mount(all).state(Whose("inner"));
    let client = testing::client(
        Server::new("outer")
            .state(Whose("outer"))
            .merge("in", inner),
    )
    .await;
    assert_eq!(client.read("math://rules").await.text(), "inner");
    let prompt = client.get_prompt("in.proof", json!({"of": "it"})).await;
    assert!(
        prompt.result()["messages"]
            .to_string()
            .contains("Prove it.")
    );
}
