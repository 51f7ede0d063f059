//! What a client reads: lists, results, errors and notifications, in both eras of the protocol.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::Arc;

use mcp_runtime::prelude::*;
use mcp_runtime::testing::{self, Client, Reply};
use mcp_runtime::{LogLevel, Principal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Notify;

/// Add two numbers.
#[tool(read_only, title = "Add")]
async fn add(
    /// First addend.
    a: i64,
    /// Second addend.
    #[validate(range(min = -10, max = 10))]
    #[arg(default = 1)]
    b: i64,
) -> i64 {
    a + b
}

#[derive(Deserialize, JsonSchema)]
struct Address {
    #[expect(dead_code, reason = "only read")]
    street: String,
    #[expect(dead_code, reason = "only read")]
    number: u16,
}

/// Register a customer.
#[tool(destructive, confirm = "never")]
async fn register(
    #[validate(length(min = 1, max = 5))] name: String,
    addresses: Vec<Address>,
    age: Option<u8>,
) -> String {
    format!("{name} {} {age:?}", addresses.len())
}

#[derive(Serialize, Deserialize, JsonSchema, PartialEq, Debug)]
struct Weather {
    city: String,
    celsius: f64,
}

/// Tell the weather.
#[tool(read_only)]
async fn weather(city: String) -> Json<Weather> {
    Json(Weather {
        city,
        celsius: 21.5,
    })
}

/// Count letters.
#[tool(read_only)]
async fn letters(text: String) -> Json<BTreeMap<char, usize>> {
    let mut letters = BTreeMap::new();
    for letter in text.chars() {
        *letters.entry(letter).or_default() += 1;
    }
    Json(letters)
}

/// Split a text.
#[tool(read_only)]
async fn split(text: String) -> Json<Vec<String>> {
    Json(text.split(' ').map(str::to_owned).collect())
}

/// A type whose schema promises more than its values keep.
#[derive(Serialize, JsonSchema)]
struct Liar {
    #[schemars(range(max = 10))]
    level: u32,
}

/// Lie.
#[tool(read_only)]
async fn lie() -> Json<Liar> {
    Json(Liar { level: 11 })
}

/// Panic.
#[tool]
async fn explode() {
    panic!("the reactor at 10.0.0.7 is on fire");
}

/// Open a ledger that is away.
#[tool]
async fn open() -> Result<String, ToolError> {
    Err(std::io::Error::other(
        "db-7.internal refused the connection",
    ))?
}

/// Fail with a reason.
#[tool]
async fn refuse() -> Result<(), ToolError> {
    Err(ToolError::conflict("the ledger is closed").hint("wait for Monday"))
}

/// Work and tell.
#[tool]
async fn work(ctx: Context) -> &'static str {
    ctx.progress_message(1.0, Some(2.0), "half way").await;
    ctx.log(LogLevel::Warning, json!({"disk": "nearly full"}))
        .await;
    ctx.progress(2.0, 2.0).await;
    "done"
}

/// What only Ada may do.
#[tool(auth = "ledger:write")]
async fn post() -> &'static str {
    "posted"
}

const TOOLS: Toolset = tools![
    add, register, weather, letters, split, lie, explode, open, refuse, work
];

fn server() -> Server {
    Server::new("ledger").version("1.2.3").mount(TOOLS)
}

async fn call(tool: &str, arguments: Value) -> Reply {
    testing::client(server()).await.call(tool, arguments).await
}

/// The paths of everything wrong with a call's arguments.
fn paths(reply: &Reply) -> Vec<&str> {
    let errors = reply.error_object().unwrap()["errors"].as_array().unwrap();
    let paths = errors.iter().map(|error| error["path"].as_str().unwrap());
    paths.collect()
}

#[tokio::test]
async fn the_list_has_names_in_order_schemas_and_annotations() {
    let tools = testing::client(server()).await.tools().await;
    let names = [
        "add", "register", "weather", "letters", "split", "lie", "explode", "open", "refuse",
        "work",
    ];
    assert_eq!(tools.names(), names);

    let add = &tools["add"];
    assert_eq!(add["title"], "Add");
    assert_eq!(add["description"], "Add two numbers.");
    let schema = &add["inputSchema"];
    assert_eq!(schema["type"], "object");
    assert_eq!(schema["required"], json!(["a"]));
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["properties"]["a"]["type"], "integer");
    assert_eq!(schema["properties"]["a"]["description"], "First addend.");
    assert_eq!(schema["properties"]["b"]["minimum"], -10);
    assert_eq!(schema["properties"]["b"]["maximum"], 10);
    assert_eq!(schema["properties"]["b"]["default"], 1);
    assert_eq!(add["annotations"]["readOnlyHint"], true);
    assert_eq!(add["annotations"]["destructiveHint"], false);
    assert!(add.get("outputSchema").is_none());

    assert_eq!(tools["register"]["annotations"]["destructiveHint"], true);
    assert_eq!(tools["weather"]["outputSchema"]["type"], "object");
}

#[tokio::test]
async fn the_list_comes_in_pages_of_the_same_order() {
    let whole = testing::client(server()).await.tools().await;
    assert_eq!(whole.pages(), 1);
    let paged = testing::client(server().page_size(3)).await.tools().await;
    assert_eq!(paged.pages(), 4);
    assert_eq!(paged.as_slice(), whole.as_slice());
}

#[tokio::test]
async fn a_cursor_nobody_gave_out_is_refused() {
    let client = testing::client(server()).await;
    for cursor in ["x", "%%%", "LTE"] {
        let reply = client
            .request("tools/list", json!({"cursor": cursor}))
            .await;
        assert_eq!(reply.rpc_error().unwrap().code, -32602, "{cursor}");
    }
}

#[tokio::test]
async fn a_list_that_depends_on_the_caller_is_not_shared() {
    let list = async |server: Server| {
        let client = testing::client(server).await;
        client.request("tools/list", json!({})).await
    };
    let open = list(server()).await;
    assert_eq!(open.result()["cacheScope"], "public");
    assert!(open.result()["ttlMs"].as_u64().unwrap() > 0);
    let guarded = list(server().mount(tools![post])).await;
    assert_eq!(guarded.result()["cacheScope"], "private");
}

#[tokio::test]
async fn a_tool_the_caller_may_not_call_does_not_exist_for_it() {
    let client = testing::client(server().mount(tools![post])).await;
    let ada = client.as_caller(Principal::new("id", "ada").scope("ledger:write"));
    assert!(ada.tools().await.get("post").is_some());
    assert_eq!(ada.call("post", json!({})).await.text(), "posted");

    assert!(client.tools().await.get("post").is_none());
    let hidden = client.call("post", json!({})).await.rpc_error().unwrap();
    let absent = client.call("past", json!({})).await.rpc_error().unwrap();
    assert_eq!(hidden.code, absent.code);
    assert_eq!(hidden.message.replace("post", "past"), absent.message);
}

#[tokio::test]
async fn a_tool_that_does_not_exist_is_a_protocol_error() {
    let error = call("subtract", json!({})).await.rpc_error().unwrap();
    assert_eq!(error.code, -32602);
    assert_eq!(error.message, "Unknown tool: subtract");
}

#[tokio::test]
async fn a_default_fills_a_missing_argument() {
    assert_eq!(call("add", json!({"a": 41})).await.text(), "42");
}

#[tokio::test]
async fn everything_wrong_with_the_arguments_is_said_at_once() {
    let arguments = json!({
        "name": "Bartholomew",
        "addresses": [{"street": "High Street", "number": 1}, {"street": 7, "number": "two"}],
        "agee": 40,
    });
    let reply = call("register", arguments).await;
    assert!(reply.is_error());
    assert_eq!(reply.code(), Some("invalid_input"));
    let mut paths = paths(&reply);
    paths.sort_unstable();
    assert_eq!(
        paths,
        ["addresses[1].number", "addresses[1].street", "agee", "name"]
    );
    for path in paths {
        assert!(reply.text().contains(path), "{}", reply.text());
    }
    let said = reply.raw().to_string();
    assert!(
        !said.contains("Bartholomew") && !said.contains("two"),
        "{said}"
    );
}

#[tokio::test]
async fn missing_arguments_are_named() {
    let reply = call("register", json!({})).await;
    assert_eq!(paths(&reply), ["name", "addresses"]);
}

#[tokio::test]
async fn an_argument_nobody_declared_is_told_what_to_write() {
    let reply = call("add", json!({"a": 1, "bb": 2})).await;
    assert_eq!(paths(&reply), ["bb"]);
    assert!(reply.text().contains("write `b`"), "{}", reply.text());
}

#[tokio::test]
async fn a_rule_of_validate_is_held() {
    let reply = call("add", json!({"a": 1, "b": 11})).await;
    assert_eq!(paths(&reply), ["b"]);
    assert_eq!(call("add", json!({"a": 1, "b": 10})).await.text(), "11");
}

#[tokio::test]
async fn a_panic_is_an_error_with_an_id_and_the_next_call_is_fine() {
    let client = testing::client(server()).await;
    let reply = client.call("explode", json!({})).await;
    assert_eq!(reply.code(), Some("internal"));
    let id = reply.error_object().unwrap()["id"].as_str().unwrap();
    assert_eq!(id.len(), 12);
    assert!(reply.text().contains(id), "{}", reply.text());
    assert!(!reply.raw().to_string().contains("reactor"), "{reply:?}");
    assert_eq!(client.call("add", json!({"a": 1})).await.text(), "2");
}

#[tokio::test]
async fn the_text_of_a_foreign_error_stays_in_the_log() {
    let reply = call("open", json!({})).await;
    assert_eq!(reply.code(), Some("internal"));
    let said = reply.raw().to_string();
    assert!(
        !said.contains("db-7") && !said.contains("connection"),
        "{said}"
    );
}

#[tokio::test]
async fn a_tools_own_error_reaches_the_model_in_full() {
    let reply = call("refuse", json!({})).await;
    assert_eq!(reply.code(), Some("conflict"));
    assert_eq!(reply.text(), "the ledger is closed\nhint: wait for Monday");
    let error = reply.error_object().unwrap();
    assert_eq!(error["version"], 1);
    assert_eq!(error["hint"], "wait for Monday");
    assert!(reply.result().get("structuredContent").is_none());
}

#[tokio::test]
async fn structured_output_comes_with_its_schema_and_as_text() {
    let client = testing::client(server()).await;
    let schema = &client.tools().await["weather"]["outputSchema"];
    assert_eq!(schema["required"], json!(["city", "celsius"]));
    let reply = client.call("weather", json!({"city": "Rome"})).await;
    let rome = Weather {
        city: "Rome".to_owned(),
        celsius: 21.5,
    };
    assert_eq!(reply.json::<Weather>(), rome);
    let text: Weather = serde_json::from_str(&reply.text()).unwrap();
    assert_eq!(text, rome);
}

#[tokio::test]
async fn structured_output_that_is_no_object_is_wrapped() {
    let client = testing::client(server()).await;
    let schema = &client.tools().await["split"]["outputSchema"];
    assert_eq!(schema["properties"]["result"]["type"], "array");
    let reply = client.call("split", json!({"text": "a b"})).await;
    assert_eq!(reply.structured(), &json!({"result": ["a", "b"]}));
    let map = client.call("letters", json!({"text": "aab"})).await;
    assert_eq!(map.structured(), &json!({"a": 2, "b": 1}));
}

#[tokio::test]
#[cfg(debug_assertions)]
async fn output_that_does_not_fit_its_schema_is_a_bug_that_tests_find() {
    let reply = call("lie", json!({})).await;
    assert_eq!(reply.code(), Some("internal"));
    assert!(reply.result().get("structuredContent").is_none());
}

#[tokio::test]
async fn every_result_names_the_server() {
    let client = testing::client(server()).await;
    for reply in [
        client.call("add", json!({"a": 1})).await,
        client.call("refuse", json!({})).await,
        client.request("tools/list", json!({})).await,
        client.request("server/discover", json!({})).await,
    ] {
        let info = &reply.meta()["io.modelcontextprotocol/serverInfo"];
        assert_eq!(info["name"], "ledger", "{reply:?}");
        assert_eq!(info["version"], "1.2.3", "{reply:?}");
    }
}

#[derive(Deserialize, JsonSchema)]
struct Name {
    name: String,
}

/// A tool that asks.
#[tool(read_only)]
async fn asking_tool(ctx: Context) -> Result<String, ToolError> {
    Ok(ctx.ask::<Name>("name", "Your name?").await?.name)
}

/// A resource that asks.
#[resource("names://asking")]
async fn asking_resource(ctx: Context) -> Result<String, ToolError> {
    Ok(ctx.ask::<Name>("name", "Your name?").await?.name)
}

/// A prompt that asks.
#[prompt]
async fn asking_prompt(ctx: Context) -> Result<String, ToolError> {
    Ok(ctx.ask::<Name>("name", "Your name?").await?.name)
}

/// A resource.
#[resource("names://all", icons = ["https://example.com/all.svg"], meta("example.com/since" = 7))]
async fn names() -> &'static str {
    "Ada"
}

/// A prompt.
#[prompt(icons = ["https://example.com/greet"])]
async fn greet() -> &'static str {
    "Say hello."
}

/// A tool.
#[tool(read_only, icons = ["data:image/png;base64,AAAA"], meta("example.com/since" = 8))]
async fn shown() -> &'static str {
    ""
}

fn named() -> Server {
    Server::new("names")
        .version("1.2.3")
        .icon("https://example.com/names.png")
        .mount(tools![asking_tool, shown])
        .mount(resources![asking_resource, names])
        .mount(prompts![asking_prompt, greet])
}

#[tokio::test]
async fn every_result_of_every_kind_names_the_server() {
    // It declares that it answers; that it does so is another request.
    let client = Client::builder(named())
        .answering(|_: &str, _: &Value| json!({}))
        .connect()
        .await;
    for (method, params) in [
        (
            "tools/call",
            json!({"name": "asking_tool", "arguments": {}}),
        ),
        ("resources/read", json!({"uri": "names://asking"})),
        ("resources/read", json!({"uri": "names://all"})),
        ("prompts/get", json!({"name": "asking_prompt"})),
        ("prompts/get", json!({"name": "greet"})),
        ("resources/list", json!({})),
        ("resources/templates/list", json!({})),
        ("prompts/list", json!({})),
    ] {
        let reply = client.request(method, &params).await;
        let info = &reply.meta()["io.modelcontextprotocol/serverInfo"];
        assert_eq!(info["name"], "names", "{method} {params} {reply:?}");
        let asks = params.to_string().contains("asking");
        let question = &reply.result()["resultType"] == "input_required";
        assert_eq!(question, asks, "{method} {params}");
    }
}

#[tokio::test]
async fn icons_and_meta_are_on_the_wire() {
    for builder in [Client::builder(named()), Client::builder(named()).legacy()] {
        let client = builder.connect().await;
        let list = async |method: &str, key: &str, name: &str| {
            let listed = client.request(method, json!({})).await;
            let items = listed.result()[key].as_array().unwrap().clone();
            items.into_iter().find(|it| it["name"] == name).unwrap()
        };
        let tool = list("tools/list", "tools", "shown").await;
        let icon = json!({"src": "data:image/png;base64,AAAA", "mimeType": "image/png"});
        assert_eq!(tool["icons"], json!([icon]));
        assert_eq!(tool["_meta"]["example.com/since"], 8);
        let resource = list("resources/list", "resources", "names").await;
        let icon = json!({"src": "https://example.com/all.svg", "mimeType": "image/svg+xml"});
        assert_eq!(resource["icons"], json!([icon]));
        assert_eq!(resource["_meta"]["example.com/since"], 7);
        let prompt = list("prompts/list", "prompts", "greet").await;
        let icon = json!({"src": "https://example.com/greet"});
        assert_eq!(prompt["icons"], json!([icon]));
    }
    let icon = json!([{"src": "https://example.com/names.png", "mimeType": "image/png"}]);
    let legacy = Client::builder(named()).legacy().connect().await;
    assert_eq!(legacy.greeting().unwrap()["serverInfo"]["icons"], icon);
    let current = testing::client(named()).await;
    let discovered = current.request("server/discover", json!({})).await;
    let info = &discovered.meta()["io.modelcontextprotocol/serverInfo"];
    assert_eq!(info["icons"], icon);
    // Once is enough.
    let called = current.call("shown", json!({})).await;
    let info = &called.meta()["io.modelcontextprotocol/serverInfo"];
    assert_eq!(info["icons"], Value::Null);
}

#[tokio::test]
async fn progress_and_log_reach_the_client_in_both_eras() {
    let current = Client::builder(server());
    let legacy = Client::builder(server()).legacy();
    for builder in [current, legacy] {
        let reply = builder.connect().await.call("work", json!({})).await;
        assert_eq!(reply.text(), "done");
        let progress = reply.progress();
        assert_eq!(progress.len(), 2);
        assert_eq!(progress[0]["message"], "half way");
        assert_eq!(progress[0]["total"], 2.0);
        assert_eq!(progress[1]["progress"], 2.0);
        let [log] = reply.logs()[..] else {
            panic!("{reply:?}")
        };
        assert_eq!(log["level"], "warning");
        assert_eq!(log["logger"], "work");
        assert_eq!(log["data"], json!({"disk": "nearly full"}));
    }
}

#[tokio::test]
async fn a_client_that_did_not_ask_is_told_nothing() {
    let client = Client::builder(server()).log_level(None).connect().await;
    assert!(client.call("work", json!({})).await.logs().is_empty());
}

/// Tells the test that the tool's future is gone.
struct Gone(Arc<Notify>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

#[derive(Default)]
struct Signals {
    started: Notify,
    gone: Arc<Notify>,
}

/// Wait for ever.
#[tool]
async fn hang(signals: State<Signals>) {
    let _gone = Gone(Arc::clone(&signals.gone));
    signals.started.notify_one();
    pending::<()>().await;
}

#[tokio::test(start_paused = true)]
async fn cancelling_a_call_drops_the_tools_future_in_both_eras() {
    for legacy in [false, true] {
        let signals = Arc::new(Signals::default());
        let server = server()
            .shared_state(Arc::clone(&signals))
            .mount(tools![hang]);
        let builder = Client::builder(server);
        let builder = if legacy { builder.legacy() } else { builder };
        let client = builder.connect().await;

        let call = client.start("hang", json!({})).await;
        signals.started.notified().await;
        let cancelled = json!({"requestId": call.id(), "reason": "no longer needed"});
        client.notify("notifications/cancelled", cancelled).await;
        signals.gone.notified().await;
        assert_eq!(client.call("add", json!({"a": 1})).await.text(), "2");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_takes_too_long_is_answered_and_its_future_dropped() {
    let signals = Arc::new(Signals::default());
    let server = server()
        .shared_state(Arc::clone(&signals))
        .mount(tools![hang]);
    let reply = testing::client(server).await.call("hang", json!({})).await;
    assert_eq!(reply.code(), Some("timeout"));
    assert_eq!(reply.error_object().unwrap()["outcome"], "unknown");
    signals.gone.notified().await;
}
