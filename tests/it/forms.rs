//! Questions as clients of either revision get them, and answers as tools do: forms, addresses, models and folders.

use std::collections::BTreeMap;
use std::sync::Arc;

use mcp_runtime::prelude::*;
use mcp_runtime::testing::Client;
use mcp_runtime::{Capability, Sampling};
use parking_lot::Mutex;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Size {
    Small,
    Large,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Way {
    /// By mail.
    Mail,
    /// By a rider.
    Rider,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "what was read is looked at by its `Debug`")]
struct Order {
    nickname: Option<String>,
    #[schemars(range(min = 1, max = 10))]
    count: u32,
    #[serde(default)]
    gift: bool,
    size: Option<Size>,
    way: Way,
    several: Vec<Size>,
}

/// Take an order.
#[tool(task = "optional")]
async fn order(ctx: Context) -> Result<String, ToolError> {
    let order: Order = ctx.ask("order", "What shall it be?").await?;
    Ok(format!("{order:?}"))
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Inner {
    street: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Nested {
    address: Inner,
}

/// Ask for what no form can show.
#[tool]
async fn nested(ctx: Context) -> Result<String, ToolError> {
    let nested: Nested = ctx.ask("nested", "Where?").await?;
    Ok(nested.address.street)
}

/// Ask for what no form can show, by a schema.
#[tool]
async fn map(ctx: Context) -> Result<String, ToolError> {
    let form = json!({"type": "object", "properties": {"all": {"type": "object"}}});
    let answer = ctx.ask_with_schema("map", "What?", form).await?;
    Ok(answer.to_string())
}

/// Let the user pay.
#[tool]
async fn pay(ctx: Context) -> Result<&'static str, ToolError> {
    ctx.ask_to_visit("pay", "Pay for it?", "https://pay.example.com/7")
        .await?;
    Ok("paid")
}

/// Say where the client works.
#[tool(breaker = "2 fails open 1m")]
async fn folders(ctx: Context) -> Result<String, ToolError> {
    let roots = ctx.roots("folders").await?;
    let roots = roots.iter().map(|root| match &root.name {
        Some(name) => format!("{name} at {}", root.uri),
        None => root.uri.clone(),
    });
    Ok(roots.collect::<Vec<_>>().join(", "))
}

/// Let the client's model write.
#[tool]
async fn write(ctx: Context) -> Result<String, ToolError> {
    let wanted = Sampling::new(100)
        .system("Be brief.")
        .user("Capital of France?")
        .assistant("Paris.")
        .user(Image::png([1]))
        .temperature(0.5)
        .stop("END")
        .prefer("claude")
        .prefer("gpt")
        .cost(0.25)
        .intelligence(2.0);
    let written = ctx.sample_with("written", wanted).await?;
    Ok(written.text().unwrap_or_default().to_owned())
}

/// Send a model what it cannot read.
#[tool]
async fn write_link(ctx: Context) -> Result<String, ToolError> {
    let wanted = Sampling::new(100).user(Link::new("crm://logo", "logo"));
    let written = ctx.sample_with("written", wanted).await?;
    Ok(written.model)
}

/// Remove a file.
#[tool(destructive, confirm = "Remove {path}?")]
async fn remove(path: String) -> String {
    path
}

/// Say what the client can be asked.
#[tool]
async fn able(ctx: Context) -> String {
    let all = [Capability::Elicitation, Capability::ElicitationUrl];
    format!("{:?}", all.map(|capability| ctx.can(capability)))
}

fn server() -> Server {
    Server::new("forms").mount(tools![
        order, nested, map, pay, folders, write, write_link, remove, able
    ])
}

/// What a client was asked: the method and its params.
type Asked = Arc<Mutex<Vec<(String, Value)>>>;

/// A client of each revision that gives this answer to whatever it is asked.
async fn both(answer: Value) -> [(Client, Asked); 2] {
    let client = |legacy: bool| {
        let (asked, answer) = (Asked::default(), answer.clone());
        let heard = Arc::clone(&asked);
        let builder = Client::builder(server()).answering(move |method, params| {
            heard.lock().push((method.to_owned(), params.clone()));
            answer.clone()
        });
        let builder = if legacy { builder.legacy() } else { builder };
        async move { (builder.connect().await, asked) }
    };
    [client(false).await, client(true).await]
}

/// A client of each revision that says it can do this, and answers nothing.
async fn declaring(capabilities: Value) -> [Client; 2] {
    let builder = || Client::builder(server()).capabilities(capabilities.clone());
    [
        builder().connect().await,
        builder().legacy().connect().await,
    ]
}

fn accept(content: Value) -> Value {
    json!({"action": "accept", "content": content})
}

fn good() -> Value {
    json!({"count": 3, "way": "rider", "several": ["small", "large"]})
}

#[tokio::test]
async fn a_form_is_the_protocols_own_in_either_revision() {
    for (client, asked) in both(accept(good())).await {
        let reply = client.call("order", json!({})).await;
        assert_eq!(
            reply.text(),
            "Order { nickname: None, count: 3, gift: false, size: None, way: Rider, several: [Small, Large] }"
        );
        let asked = asked.lock().clone();
        let [(method, params)] = asked.as_slice() else {
            panic!("asked {asked:?}");
        };
        assert_eq!(method, "elicitation/create");
        let sizes = json!({"type": "string", "enum": ["small", "large"]});
        assert_eq!(
            params["requestedSchema"],
            json!({
                "type": "object",
                "properties": {
                    "nickname": {"type": "string"},
                    "count": {"type": "integer", "minimum": 1, "maximum": 10},
                    "gift": {"type": "boolean", "default": false},
                    "size": sizes,
                    "way": {"type": "string", "oneOf": [
                        {"const": "mail", "title": "By mail."},
                        {"const": "rider", "title": "By a rider."},
                    ]},
                    "several": {"type": "array", "items": sizes},
                },
                "required": ["count", "way", "several"],
            })
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_form_in_a_task_is_the_same() {
    let client = Client::builder(server())
        .polling()
        .answering(|_, _| accept(good()))
        .connect()
        .await;
    let begun = client.call("order", json!({})).await;
    let finished = client.finished_task(begun.task_id()).await;
    let text = finished.result()["result"]["content"][0]["text"].as_str();
    assert!(text.unwrap().contains("count: 3"), "{finished:?}");
}

#[tokio::test]
async fn what_is_no_form_is_asked_of_nobody() {
    for (client, asked) in both(accept(json!({}))).await {
        for tool in ["nested", "map", "write_link"] {
            let reply = client.call(tool, json!({})).await;
            assert_eq!(reply.code(), Some("internal"), "{tool}");
        }
        assert!(asked.lock().is_empty());
    }
}

#[tokio::test]
async fn an_answer_that_does_not_fit_its_form_never_reaches_the_tool() {
    let wrong = BTreeMap::from([
        ("count", json!(11)),
        ("way", json!("pigeon")),
        ("several", json!(["huge"])),
        ("gift", json!("yes")),
    ]);
    for (field, value) in wrong {
        let mut content = good();
        content[field] = value;
        for (client, asked) in both(accept(content.clone())).await {
            let reply = client.call("order", json!({})).await;
            assert_eq!(reply.code(), Some("failed"), "{reply:?}");
            assert!(reply.text().contains(&format!("`{field}")), "{reply:?}");
            assert_eq!(asked.lock().len(), 1);
        }
    }
}

#[tokio::test]
async fn a_user_is_sent_to_an_address_in_either_revision() {
    for (client, asked) in both(json!({"action": "accept"})).await {
        assert_eq!(client.call("pay", json!({})).await.text(), "paid");
        let asked = asked.lock().clone();
        let params = &asked[0].1;
        assert_eq!(params["mode"], "url");
        assert_eq!(params["message"], "Pay for it?");
        assert_eq!(params["url"], "https://pay.example.com/7");
    }
    for (client, _) in both(json!({"action": "decline"})).await {
        let reply = client.call("pay", json!({})).await;
        assert_eq!(reply.code(), Some("not_confirmed"));
    }
}

#[tokio::test]
async fn a_visit_has_an_id_before_2026_alone() {
    let [(_, current), (_, legacy)] = {
        let clients = both(json!({"action": "accept"})).await;
        for (client, _) in &clients {
            client.call("pay", json!({})).await;
        }
        clients
    };
    let id = |asked: &Asked| asked.lock()[0].1["elicitationId"].clone();
    assert!(id(&current).as_str().unwrap_or_default().is_empty());
    assert_eq!(id(&legacy).as_str().unwrap().len(), 12);
}

#[tokio::test]
async fn a_client_that_shows_forms_alone_is_told_that_addresses_are_wanted() {
    for client in declaring(json!({"elicitation": {}})).await {
        assert_eq!(client.call("able", json!({})).await.text(), "[true, false]");
        let error = client.call("pay", json!({})).await.rpc_error().unwrap();
        assert_eq!(error.code, -32021);
        assert_eq!(
            error.data["requiredCapabilities"],
            json!({"elicitation": {"url": {}}})
        );
    }
    for client in declaring(json!({"elicitation": {"url": {}}})).await {
        assert_eq!(client.call("able", json!({})).await.text(), "[false, true]");
    }
}

#[tokio::test]
async fn folders_are_asked_for_in_either_revision() {
    let roots = json!({"roots": [
        {"uri": "file:///home/ada", "name": "home"},
        {"uri": "file:///tmp"},
    ]});
    for (client, asked) in both(roots).await {
        let reply = client.call("folders", json!({})).await;
        assert_eq!(reply.text(), "home at file:///home/ada, file:///tmp");
        assert_eq!(asked.lock()[0].0, "roots/list");
    }
}

#[tokio::test]
async fn a_model_is_asked_with_all_that_was_said_in_either_revision() {
    let answer =
        json!({"role": "assistant", "model": "m", "content": {"type": "text", "text": "Paris"}});
    for (client, asked) in both(answer).await {
        assert_eq!(client.call("write", json!({})).await.text(), "Paris");
        let params = asked.lock()[0].1.clone();
        let text = |role: &str, text: &str| json!({"role": role, "content": {"type": "text", "text": text}});
        assert_eq!(params["systemPrompt"], "Be brief.");
        assert_eq!(params["maxTokens"], 100);
        assert_eq!(params["temperature"], 0.5);
        assert_eq!(params["stopSequences"], json!(["END"]));
        assert_eq!(
            params["modelPreferences"],
            json!({
                "hints": [{"name": "claude"}, {"name": "gpt"}],
                "costPriority": 0.25,
                "intelligencePriority": 1.0,
            })
        );
        let messages = params["messages"].as_array().unwrap();
        assert_eq!(messages[0], text("user", "Capital of France?"));
        assert_eq!(messages[1], text("assistant", "Paris."));
        assert_eq!(messages[2]["content"]["mimeType"], "image/png");
    }
}

#[tokio::test]
async fn a_client_that_refuses_is_nobodys_fault() {
    let all = json!({"elicitation": {"form": {}, "url": {}}, "sampling": {}, "roots": {}});
    let [_, legacy] = declaring(all).await;
    for tool in ["order", "pay", "write", "remove"] {
        let arguments = if tool == "remove" {
            json!({"path": "a"})
        } else {
            json!({})
        };
        let reply = legacy.call(tool, arguments).await;
        assert_eq!(reply.code(), Some("not_confirmed"), "{tool}");
        assert!(reply.text().contains("the client refused `"), "{reply:?}");
    }
    // Nor is it a failure to the breaker, which would open after two.
    for _ in 0..4 {
        let reply = legacy.call("folders", json!({})).await;
        assert_eq!(reply.code(), Some("not_confirmed"));
    }
}

#[tokio::test]
async fn an_answer_of_another_kind_is_no_answer() {
    let [_, (legacy, _)] = both(json!({"other": 1})).await;
    for tool in ["order", "pay", "write", "folders"] {
        let reply = legacy.call(tool, json!({})).await;
        assert_eq!(reply.code(), Some("failed"), "{tool}");
    }
}
