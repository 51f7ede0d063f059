//! Prompts and resources that come and go while the server runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mcp_runtime::Mount;
use mcp_runtime::prelude::*;
use mcp_runtime::testing::{self, Client};
use serde_json::{Value, json};

use super::{clients, next};

const PROMPTS_CHANGED: &str = "notifications/prompts/list_changed";
const RESOURCES_CHANGED: &str = "notifications/resources/list_changed";

/// Ask for a review.
#[prompt]
async fn review() -> &'static str {
    "Review this."
}

/// Ask for a summary.
#[prompt]
async fn summary() -> &'static str {
    "Sum this up."
}

/// How to behave.
#[resource("crm://rules")]
async fn rules() -> &'static str {
    "Be kind."
}

/// How many customers there are.
type Count = Arc<AtomicU64>;

async fn customers(count: State<Count>) -> Vec<Link> {
    let ids = 0..count.load(Ordering::Relaxed);
    ids.map(|id| Link::new(format!("crm://customers/{id}"), format!("{id}")))
        .collect()
}

/// A customer's record.
#[resource("crm://customers/{id}", list = customers)]
async fn customer(id: u64) -> String {
    format!("customer {id}")
}

/// Whatever else there is.
#[resource("crm://{name}")]
async fn anything(name: String) -> String {
    format!("something called {name}")
}

/// Take the summary away.
#[tool(destructive, confirm = "never")]
async fn no_summary(ctx: Context) -> Result<(), ToolError> {
    Ok(ctx.prompts().disable("summary")?)
}

/// Take the customers away.
#[tool(destructive, confirm = "never")]
async fn no_customers(ctx: Context) -> Result<(), ToolError> {
    Ok(ctx.resources().disable("crm://customers/{id}")?)
}

/// Add a customer.
#[tool]
async fn add_customer(count: State<Count>, ctx: Context) {
    count.fetch_add(1, Ordering::Relaxed);
    ctx.resources().list_changed();
}

fn server() -> Server {
    Server::new("office")
        .mount(tools![no_summary, no_customers, add_customer])
        .mount(prompts![review, summary])
        .mount(resources![rules, customer])
        .state(Count::default())
}

fn names(listed: &[Value], key: &str) -> Vec<String> {
    let name = |it: &Value| it[key].as_str().unwrap().to_owned();
    listed.iter().map(name).collect()
}

async fn prompts(client: &Client) -> Vec<String> {
    names(&client.prompts().await, "name")
}

async fn resources(client: &Client) -> Vec<String> {
    names(&client.resources().await, "uri")
}

async fn templates(client: &Client) -> Vec<String> {
    names(&client.resource_templates().await, "uriTemplate")
}

#[tokio::test(start_paused = true)]
async fn a_disabled_prompt_is_as_one_that_does_not_exist() {
    for (client, handle) in clients(server, Server::prompts).await {
        let mut changes = client.changes().await;
        handle.disable("review").unwrap();
        // Nothing changes by that.
        handle.disable("review").unwrap();
        assert_eq!(next(&mut changes).await["method"], PROMPTS_CHANGED);
        assert_eq!(prompts(&client).await, ["summary"]);
        let error = async |name: &str| client.get_prompt(name, json!({})).await.rpc_error();
        let [disabled, missing] = [error("review").await, error("reviwe").await];
        let [disabled, missing] = [disabled.unwrap(), missing.unwrap()];
        assert_eq!(disabled.code, missing.code);
        assert_eq!(
            disabled.message.replace("review", "reviwe"),
            missing.message
        );

        handle.enable("review").unwrap();
        assert_eq!(next(&mut changes).await["method"], PROMPTS_CHANGED);
        assert_eq!(prompts(&client).await, ["review", "summary"]);
        client.get_prompt("review", json!({})).await.result();
        // What would come next is this one's, had there been another.
        client.call("no_summary", json!({})).await.result();
        assert_eq!(next(&mut changes).await["method"], PROMPTS_CHANGED);
        assert_eq!(prompts(&client).await, ["review"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_disabled_resource_is_as_one_that_does_not_exist() {
    for (client, handle) in clients(server, Server::resources).await {
        let mut changes = client.changes().await;
        handle.disable("crm://rules").unwrap();
        handle.disable("crm://rules").unwrap();
        assert_eq!(next(&mut changes).await["method"], RESOURCES_CHANGED);
        assert!(resources(&client).await.is_empty());
        let error = async |uri: &str| client.read(uri).await.rpc_error();
        let [disabled, missing] = [error("crm://rules").await, error("crm://ruels").await];
        let [disabled, missing] = [disabled.unwrap(), missing.unwrap()];
        assert_eq!(disabled.code, missing.code);
        assert_eq!(disabled.message.replace("rules", "ruels"), missing.message);

        handle.enable("crm://rules").unwrap();
        assert_eq!(next(&mut changes).await["method"], RESOURCES_CHANGED);
        assert_eq!(resources(&client).await, ["crm://rules"]);
        assert_eq!(client.read("crm://rules").await.text(), "Be kind.");

        client.call("no_customers", json!({})).await.result();
        assert_eq!(next(&mut changes).await["method"], RESOURCES_CHANGED);
        assert!(templates(&client).await.is_empty());
        error("crm://customers/7").await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn clients_are_told_that_a_listing_function_has_more_to_say() {
    for (client, handle) in clients(server, Server::resources).await {
        let mut changes = client.changes().await;
        client.call("add_customer", json!({})).await.result();
        assert_eq!(next(&mut changes).await["method"], RESOURCES_CHANGED);
        let listed = resources(&client).await;
        assert_eq!(listed, ["crm://rules", "crm://customers/0"]);
        handle.list_changed();
        assert_eq!(next(&mut changes).await["method"], RESOURCES_CHANGED);
    }
}

#[tokio::test]
async fn a_template_reads_what_a_disabled_resource_leaves_free() {
    let server = Server::new("office").mount(resources![rules, anything]);
    let handle = server.resources();
    let client = testing::client(server).await;
    assert_eq!(client.read("crm://rules").await.text(), "Be kind.");
    handle.disable("crm://rules").unwrap();
    let read = client.read("crm://rules").await;
    assert_eq!(read.text(), "something called rules");
    handle.disable("crm://{name}").unwrap();
    client.read("crm://rules").await.rpc_error().unwrap();
}

#[tokio::test]
async fn what_has_changed_while_it_was_away_is_read_anew() {
    /// How often it was read.
    #[resource("crm://reads", cache = "1h")]
    async fn reads(count: State<Count>) -> String {
        count.fetch_add(1, Ordering::Relaxed).to_string()
    }
    let server = Server::new("office")
        .mount(resources![reads])
        .state(Count::default());
    let handle = server.resources();
    let client = testing::client(server).await;
    let read = async || client.read("crm://reads").await.text().to_owned();
    assert_eq!((read().await, read().await), ("0".into(), "0".into()));
    handle.disable("crm://reads").unwrap();
    handle.updated("crm://reads").await;
    handle.enable("crm://reads").unwrap();
    assert_eq!(read().await, "1");
}

#[tokio::test]
async fn a_merged_server_uses_its_own_names() {
    let inner = server();
    let (its_prompts, its_resources) = (inner.prompts(), inner.resources());
    let server = Server::new("outer").mount(Mount::new(inner).at("crm").rename("review", "look"));
    let outer = server.prompts();
    let client = testing::client(server).await;
    its_prompts.disable("review").unwrap();
    assert_eq!(prompts(&client).await, ["crm.summary"]);
    client.call("crm.no_summary", json!({})).await.result();
    assert!(prompts(&client).await.is_empty());
    outer.enable("crm.look").unwrap();
    assert_eq!(prompts(&client).await, ["crm.look"]);
    its_resources.disable("crm://rules").unwrap();
    assert!(resources(&client).await.is_empty());
}

#[test]
fn a_name_that_nothing_has_is_an_error() {
    let early = server();
    early.prompts().disable("reviwe").unwrap();
    early.resources().disable("crm://ruels").unwrap();
    let error = early.check().unwrap_err().to_string();
    for expected in [
        "`prompts().disable(\"reviwe\")`: the server has no such prompt",
        "`resources().disable(\"crm://ruels\")`: the server has no such resource",
    ] {
        assert!(error.contains(expected), "{error}");
    }

    let late = server();
    let (prompts, resources) = (late.prompts(), late.resources());
    late.check().unwrap();
    let error = prompts.disable("reviwe").unwrap_err().to_string();
    assert_eq!(error, "the server has no prompt `reviwe`");
    let error = resources.enable("crm://ruels").unwrap_err().to_string();
    assert_eq!(error, "the server has no resource `crm://ruels`");
}

#[tokio::test]
async fn lists_that_change_are_declared_and_those_that_are_not_there_are_not() {
    /// Nothing.
    #[tool(read_only)]
    async fn nothing() {}

    let declared = async |server: Server| {
        let client = testing::client(server).await;
        let discovered = client.request("server/discover", json!({})).await;
        discovered.result()["capabilities"].clone()
    };
    let all = declared(server()).await;
    for list in ["tools", "prompts", "resources"] {
        assert_eq!(all[list]["listChanged"], true, "{list}");
    }
    let tools = declared(Server::new("tools").mount(tools![nothing])).await;
    assert_eq!(tools["prompts"], Value::Null);
    assert_eq!(tools["resources"], Value::Null);
    let resources = declared(Server::new("resources").mount(resources![rules])).await;
    assert_eq!(resources["tools"], Value::Null);
    assert_eq!(resources["resources"]["listChanged"], true);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_fell_behind_is_told_of_the_lists_there_are() {
    let server = Server::new("office")
        .mount(resources![rules, customer])
        .state(Count::default());
    let handle = server.resources();
    let client = Client::builder(server).legacy().connect().await;
    let mut changes = client.changes().await;
    // All at once, so that nobody reads meanwhile.
    for _ in 0..1000 {
        handle.list_changed();
    }
    handle.disable("crm://rules").unwrap();
    for _ in 0..3 {
        assert_eq!(next(&mut changes).await["method"], RESOURCES_CHANGED);
    }
}
