//! Resources: what is listed, what is read, and what a client is told otherwise.

use mcp_runtime::Principal;
use mcp_runtime::prelude::*;
use mcp_runtime::testing::{Client, client};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Serialize, JsonSchema)]
struct Customer {
    id: u64,
    name: String,
}

/// What the data base would hold.
struct Db {
    names: Vec<&'static str>,
}

/// How to behave.
#[resource("crm://rules", title = "The rules", audience = ["user"], priority = 0.5)]
async fn rules() -> &'static str {
    "Be kind."
}

/// The company's logo.
#[resource("crm://logo", size = 4)]
async fn logo() -> Blob {
    Blob::new([1, 2, 3, 4], "image/png")
}

async fn customers(db: State<Db>) -> Result<Vec<Link>, ToolError> {
    let names = db.names.iter().enumerate();
    Ok(names
        .map(|(id, name)| Link::new(format!("crm://customers/{id}"), *name))
        .collect())
}

fn ids(typed: &str) -> Vec<String> {
    let ids = ["0", "1", "10"].into_iter();
    ids.filter(|id| id.starts_with(typed))
        .map(str::to_owned)
        .collect()
}

/// A customer's record.
#[resource("crm://customers/{id}", list = customers)]
async fn customer(
    /// Customer id.
    #[complete(ids)]
    id: usize,
    db: State<Db>,
) -> Result<Json<Customer>, ToolError> {
    let name = db
        .names
        .get(id)
        .ok_or_else(|| ToolError::not_found(format!("no customer {id}")))?;
    let name = (*name).to_owned();
    Ok(Json(Customer {
        id: id as u64,
        name,
    }))
}

/// A file.
#[resource("repo://{name}/{+path}", mime = "text/markdown")]
async fn file(name: String, path: String) -> Option<String> {
    (name == "core").then(|| format!("# {path}"))
}

/// What only accountants read.
#[resource("crm://ledger", auth = "ledger:read", cache = "30s")]
async fn ledger() -> &'static str {
    "1000"
}

#[derive(Deserialize, JsonSchema)]
struct Pin {
    pin: String,
}

/// Behind a question.
#[resource("crm://safe")]
async fn safe(ctx: Context) -> Result<String, ToolError> {
    let Pin { pin } = ctx.ask("pin", "Which pin?").await?;
    Ok(format!("opened with {pin}"))
}

const RESOURCES: Toolset = resources![rules, logo, customer, file, ledger, safe];

fn server() -> Server {
    Server::new("crm").mount(RESOURCES).state(Db {
        names: vec!["Ada", "Grace"],
    })
}

/// A client of each revision.
async fn both() -> [Client; 2] {
    [
        client(server()).await,
        Client::builder(server()).legacy().connect().await,
    ]
}

#[tokio::test]
async fn a_fixed_resource_is_listed_and_read() {
    for client in both().await {
        let listed = client.resources().await;
        assert_eq!(
            listed[0],
            json!({
                "uri": "crm://rules", "name": "rules", "title": "The rules",
                "description": "How to behave.", "mimeType": "text/plain",
                "annotations": {"audience": ["user"], "priority": 0.5},
            })
        );
        assert_eq!(listed[1]["size"], 4);
        let read = client.read("crm://rules").await;
        assert_eq!(
            read.contents(),
            [json!({"uri": "crm://rules", "mimeType": "text/plain", "text": "Be kind."})]
        );
        let read = client.read("crm://logo").await;
        assert_eq!(
            read.contents(),
            [json!({"uri": "crm://logo", "mimeType": "image/png", "blob": "AQIDBA=="})]
        );
    }
}

#[tokio::test]
async fn a_template_gives_its_variables_to_the_function() {
    for client in both().await {
        let templates = client.resource_templates().await;
        assert_eq!(templates[0]["uriTemplate"], "crm://customers/{id}");
        assert_eq!(templates[0]["mimeType"], "application/json");
        let read = client.read("crm://customers/1").await;
        assert_eq!(
            read.contents(),
            [json!({
                "uri": "crm://customers/1", "mimeType": "application/json",
                "text": "{\"id\":1,\"name\":\"Grace\"}",
            })]
        );
        let read = client.read("repo://core/docs/a%20b.md").await;
        assert_eq!(read.text(), "# docs/a b.md");
        assert_eq!(read.contents()[0]["mimeType"], "text/markdown");
    }
}

#[tokio::test]
async fn what_is_not_there_says_so_as_its_revision_does() {
    let [current, legacy] = both().await;
    for (client, code) in [(current, -32602), (legacy, -32002)] {
        for uri in [
            "crm://nothing",
            "crm://customers/7",
            "repo://other/a",
            "crm://ledger",
        ] {
            let error = client.read(uri).await.rpc_error().unwrap();
            assert_eq!(
                (error.code, &error.data["uri"]),
                (code, &json!(uri)),
                "{error:?}"
            );
        }
        let error = client
            .read("crm://customers/seven")
            .await
            .rpc_error()
            .unwrap();
        assert_eq!(error.code, -32602);
        assert!(
            error.message.contains("id: must be a non-negative integer"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn templates_list_their_resources_behind_the_fixed_ones() {
    for client in both().await {
        let listed = client.resources().await;
        let uris: Vec<_> = listed.iter().filter_map(|it| it["uri"].as_str()).collect();
        assert_eq!(
            uris,
            [
                "crm://rules",
                "crm://logo",
                "crm://safe",
                "crm://customers/0",
                "crm://customers/1"
            ]
        );
        assert_eq!(listed[3]["mimeType"], "application/json");
    }
}

#[tokio::test]
async fn a_variable_is_completed() {
    for client in both().await {
        let proposed = client.complete_uri("crm://customers/{id}", "id", "1").await;
        assert_eq!(proposed, ["1", "10"]);
    }
}

#[tokio::test]
async fn a_resource_is_for_those_who_may_read_it_and_says_how_long_it_keeps() {
    let server = Client::builder(server()).connect().await;
    assert!(
        server
            .resources()
            .await
            .iter()
            .all(|it| it["uri"] != "crm://ledger")
    );
    let ada =
        server.as_caller(Principal::new("https://id.example.com", "ada").scope("ledger:read"));
    assert!(
        ada.resources()
            .await
            .iter()
            .any(|it| it["uri"] == "crm://ledger")
    );
    let read = ada.read("crm://ledger").await;
    assert_eq!(read.text(), "1000");
    assert_eq!(read.result()["ttlMs"], 30_000);
    assert_eq!(read.result()["cacheScope"], "private");
    let again = ada.read("crm://ledger").await;
    assert_eq!(again.meta()["dev.mcp-runtime/cache"]["cache"], "hit");
    let rules = ada.read("crm://rules").await;
    assert_eq!(rules.result()["ttlMs"], 0);
}

#[tokio::test]
async fn reading_asks_first_in_either_revision() {
    let answer = |builder: mcp_runtime::testing::Builder| {
        builder
            .answering(|_: &str, _: &Value| json!({"action": "accept", "content": {"pin": "0000"}}))
    };
    for builder in [
        Client::builder(server()),
        Client::builder(server()).legacy(),
    ] {
        let client = answer(builder).connect().await;
        assert_eq!(client.read("crm://safe").await.text(), "opened with 0000");
    }
}

#[tokio::test]
async fn a_server_without_resources_knows_no_such_method() {
    /// Do nothing.
    #[tool(read_only)]
    async fn nothing() {}

    let client = client(Server::new("bare").mount(tools![nothing])).await;
    for method in [
        "resources/list",
        "resources/templates/list",
        "resources/read",
        "prompts/list",
        "prompts/get",
        "completion/complete",
    ] {
        let reply = client.request(method, json!({})).await;
        assert_eq!(reply.rpc_error().unwrap().code, -32601, "{method}");
    }
}

/// Change what is read.
#[tool]
async fn change(uri: String, ctx: Context) {
    ctx.resource_updated(uri).await;
}

/// Wait until there is something to hear.
#[tool(read_only)]
async fn wait(ctx: Context) {
    ctx.cancelled().await;
}

fn changing() -> Server {
    server().mount(tools![change, wait])
}

fn updated(notification: &Value) -> Option<&str> {
    (notification["method"] == "notifications/resources/updated")
        .then(|| notification["params"]["uri"].as_str())
        .flatten()
}

#[tokio::test]
async fn a_session_that_subscribes_is_told_until_it_unsubscribes() {
    let client = Client::builder(changing()).legacy().connect().await;
    client.request("resources/list", json!({})).await.result();
    let capabilities = &client.greeting().unwrap()["capabilities"];
    assert_eq!(capabilities["resources"]["subscribe"], true);
    for uri in ["crm://rules", "crm://customers/0"] {
        let reply = client
            .request("resources/subscribe", json!({"uri": uri}))
            .await;
        assert!(!reply.is_error(), "{reply:?}");
    }
    // Nobody may subscribe to what they may not read, or to what is not there.
    for uri in ["crm://ledger", "crm://nothing"] {
        let reply = client
            .request("resources/subscribe", json!({"uri": uri}))
            .await;
        assert_eq!(reply.rpc_error().unwrap().code, -32002);
    }
    // A request that is open hears what belongs to no request.
    let mut waiting = client.start("wait", json!({})).await;
    client
        .call("change", json!({"uri": "crm://customers/0"}))
        .await;
    let heard = waiting.notification().await.unwrap();
    assert_eq!(updated(&heard), Some("crm://customers/0"));
    let params = json!({"uri": "crm://customers/0"});
    client
        .request("resources/unsubscribe", params)
        .await
        .result();
    client
        .call("change", json!({"uri": "crm://customers/0"}))
        .await;
    client.call("change", json!({"uri": "crm://logo"})).await;
    client.call("change", json!({"uri": "crm://rules"})).await;
    let heard = waiting.notification().await.unwrap();
    assert_eq!(updated(&heard), Some("crm://rules"));
}

#[tokio::test]
async fn a_subscription_of_2026_is_told_of_what_its_caller_may_read() {
    let server = changing();
    let resources = server.resources();
    let client = client(server).await;
    let filter = json!({"resourceSubscriptions": ["crm://ledger", "crm://rules"]});
    let listen = |client: Client, filter: Value| async move {
        let params = json!({"notifications": filter});
        client.start_any("subscriptions/listen", params).await
    };
    let mut subscription = listen(client.clone(), filter.clone()).await;
    let acknowledged = subscription.notification().await.unwrap();
    assert_eq!(
        acknowledged["method"],
        "notifications/subscriptions/acknowledged"
    );
    let ada =
        client.as_caller(Principal::new("https://id.example.com", "ada").scope("ledger:read"));
    let mut hers = listen(ada, filter).await;
    hers.notification().await.unwrap();
    resources.updated("crm://ledger").await;
    resources.updated("crm://rules").await;
    let heard = subscription.notification().await.unwrap();
    assert_eq!(updated(&heard), Some("crm://rules"));
    let id = &heard["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"];
    assert_eq!(id, &json!(subscription.id()));
    assert_eq!(
        updated(&hers.notification().await.unwrap()),
        Some("crm://ledger")
    );
}

/// What comes for one subscription. In memory, a request that is open hears what comes for the others too.
async fn next_of(subscription: &mut mcp_runtime::testing::Pending) -> Value {
    let id = json!(subscription.id());
    loop {
        let heard = subscription.notification().await.unwrap();
        if heard["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"] == id {
            return heard;
        }
    }
}

/// One connection has several subscriptions, each with its own place in the queue, and one may ask for all there is.
#[tokio::test]
async fn each_subscription_of_a_connection_is_told_what_it_asked_for() {
    let server = changing();
    let (resources, tools) = (server.resources(), server.tools());
    let client = client(server).await;
    let rules = json!(["crm://rules"]);
    let filters = [
        json!({"toolsListChanged": true}),
        json!({"resourceSubscriptions": rules}),
        json!({"toolsListChanged": true, "resourceSubscriptions": rules}),
    ];
    let mut open = Vec::new();
    for filter in filters {
        let params = json!({"notifications": filter});
        let mut subscription = client.start_any("subscriptions/listen", params).await;
        let acknowledged = next_of(&mut subscription).await;
        assert_eq!(acknowledged["params"]["notifications"], filter);
        open.push(subscription);
    }
    resources.updated("crm://rules").await;
    tools.disable("change").unwrap();
    resources.updated("crm://rules").await;
    let (updated, listed) = (
        "notifications/resources/updated",
        "notifications/tools/list_changed",
    );
    let told: [&[&str]; 3] = [&[listed], &[updated, updated], &[updated, listed, updated]];
    for (subscription, told) in open.iter_mut().zip(told) {
        for method in told {
            assert_eq!(next_of(subscription).await["method"], *method);
        }
    }
}

#[tokio::test]
async fn what_has_changed_is_not_read_from_memory() {
    let server = changing();
    let resources = server.resources();
    let client = client(server).await;
    let ada =
        client.as_caller(Principal::new("https://id.example.com", "ada").scope("ledger:read"));
    let kept = |reply: mcp_runtime::testing::Reply| {
        reply.meta()["dev.mcp-runtime/cache"]["cache"] == "hit"
    };
    assert!(!kept(ada.read("crm://ledger").await));
    assert!(kept(ada.read("crm://ledger").await));
    resources.updated("crm://rules").await;
    assert!(kept(ada.read("crm://ledger").await));
    resources.updated("crm://ledger").await;
    assert!(!kept(ada.read("crm://ledger").await));
}
