//! Prompts: what is listed, what they say, and what their arguments may be.

use mcp_runtime::Principal;
use mcp_runtime::prelude::*;
use mcp_runtime::testing::{Client, client};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Tone {
    Kind,
    Strict,
}

fn focus_areas(typed: &str) -> Vec<&'static str> {
    let areas = ["security", "speed", "style"].into_iter();
    areas.filter(|area| area.starts_with(typed)).collect()
}

async fn languages(typed: String, ctx: Context) -> Vec<String> {
    let focus = ctx.argument("focus").unwrap_or("nothing");
    vec![format!("{typed}-{focus}")]
}

/// Ask for a code review.
#[prompt(title = "Review code")]
async fn review(
    /// The code.
    code: String,
    /// What to look at.
    #[complete(focus_areas)]
    focus: Option<String>,
    #[complete(languages)] language: Option<String>,
    #[validate(range(max = 5))]
    #[arg(default = 1)]
    rounds: u8,
    deep: Option<bool>,
    tone: Option<Tone>,
) -> Vec<Message> {
    let tone = match tone {
        Some(Tone::Strict) => "strictly",
        Some(Tone::Kind) => "kindly",
        None => "somehow",
    };
    let focus = focus.unwrap_or_default();
    let language = language.unwrap_or_default();
    vec![
        Message::user(format!(
            "{code}|{focus}|{language}|{rounds}|{deep:?}|{tone}"
        )),
        Message::assistant("I look for bugs first."),
    ]
}

/// Everything that a message can be.
#[prompt]
async fn gallery() -> Vec<Message> {
    vec![
        Message::user(Image::png([1])),
        Message::user(Embedded::text("crm://rules", "Be kind.").mime("text/plain")),
        Message::assistant(Link::new("crm://logo", "logo")),
    ]
}

/// Say hello.
#[prompt]
async fn hello() -> String {
    "Say hello.".to_owned()
}

/// Only for editors.
#[prompt(auth = "edit", rate = "1/h")]
async fn edit() -> Result<&'static str, ToolError> {
    Ok("Edit this.")
}

/// Ask who it is for.
#[prompt]
async fn personal(ctx: Context) -> Result<Message, ToolError> {
    let who = ctx
        .ask_with_schema(
            "who",
            "For whom?",
            json!({"type": "object", "properties": {"name": {"type": "string"}}}),
        )
        .await?;
    Ok(Message::user(format!(
        "For {}",
        who["name"].as_str().unwrap_or_default()
    )))
}

/// Broken.
#[prompt]
async fn broken() -> Result<String, ToolError> {
    Err(ToolError::failed("out of ideas").hint("ask again"))
}

const PROMPTS: Toolset = prompts![review, gallery, hello, edit, personal, broken];

fn server() -> Server {
    Server::new("prompts").mount(PROMPTS)
}

async fn both() -> [Client; 2] {
    [
        client(server()).await,
        Client::builder(server()).legacy().connect().await,
    ]
}

#[tokio::test]
async fn a_prompt_is_listed_with_its_arguments_in_order() {
    for client in both().await {
        let listed = client.prompts().await;
        assert_eq!(listed[0]["name"], "review");
        assert_eq!(listed[0]["title"], "Review code");
        assert_eq!(
            listed[0]["arguments"],
            json!([
                {"name": "code", "description": "The code.", "required": true},
                {"name": "focus", "description": "What to look at.", "required": false},
                {"name": "language", "required": false},
                {"name": "rounds", "required": false},
                {"name": "deep", "required": false},
                {"name": "tone", "required": false},
            ])
        );
        assert!(listed.iter().all(|prompt| prompt["name"] != "edit"));
    }
}

#[tokio::test]
async fn arguments_are_texts_read_as_their_types() {
    for client in both().await {
        let arguments = json!({"code": "7", "rounds": "3", "deep": "true", "tone": "strict"});
        let got = client.get_prompt("review", arguments).await;
        assert_eq!(got.messages()[0]["role"], "user");
        assert_eq!(
            got.messages()[0]["content"]["text"],
            "7|||3|Some(true)|strictly"
        );
        assert_eq!(got.messages()[1]["role"], "assistant");
        assert_eq!(got.result()["description"], "Ask for a code review.");
        let got = client.get_prompt("review", json!({"code": "x"})).await;
        assert_eq!(got.messages()[0]["content"]["text"], "x|||1|None|somehow");
    }
}

#[tokio::test]
async fn every_argument_that_cannot_be_used_is_named_at_once() {
    for client in both().await {
        let arguments = json!({"rounds": "9", "deep": "yes", "tone": "loud", "langage": "C"});
        let error = client
            .get_prompt("review", arguments)
            .await
            .rpc_error()
            .unwrap();
        assert_eq!(error.code, -32602);
        for said in [
            "code: is required",
            "deep: must be `true` or `false`",
            "rounds: must be at most 5",
            "langage: is not an argument of this prompt; write `language`",
        ] {
            assert!(error.message.contains(said), "{said} in {error:?}");
        }
        assert_eq!(error.data["dev.mcp-runtime/error"]["code"], "invalid_input");
    }
}

#[tokio::test]
async fn messages_are_pictures_and_resources_too() {
    for client in both().await {
        let got = client.get_prompt("gallery", json!({})).await;
        let messages: Vec<&Value> = got.messages().iter().map(|it| &it["content"]).collect();
        assert_eq!(messages[0]["type"], "image");
        assert_eq!(messages[1]["resource"]["uri"], "crm://rules");
        assert_eq!(messages[2]["type"], "resource_link");
        let got = client.get_prompt("hello", json!({})).await;
        assert_eq!(got.text(), "Say hello.");
    }
}

#[tokio::test(start_paused = true)]
async fn policies_hold_for_prompts() {
    let client = client(server()).await;
    let hidden = client
        .get_prompt("edit", json!({}))
        .await
        .rpc_error()
        .unwrap();
    let missing = client
        .get_prompt("nothing", json!({}))
        .await
        .rpc_error()
        .unwrap();
    assert_eq!((hidden.code, missing.code), (-32602, -32602));
    assert_eq!(hidden.message, "Unknown prompt: edit");
    assert_eq!(missing.message, "Unknown prompt: nothing");
    let ada = client.as_caller(Principal::new("https://id.example.com", "ada").scope("edit"));
    assert_eq!(ada.get_prompt("edit", json!({})).await.text(), "Edit this.");
    let limited = ada.get_prompt("edit", json!({})).await.rpc_error().unwrap();
    assert_eq!(limited.code, -32603);
    assert_eq!(
        limited.data["dev.mcp-runtime/error"]["code"],
        "rate_limited"
    );
    let failed = ada
        .get_prompt("broken", json!({}))
        .await
        .rpc_error()
        .unwrap();
    assert_eq!(failed.message, "out of ideas\nhint: ask again");
}

#[tokio::test]
async fn a_prompt_asks_first_in_either_revision() {
    for builder in [
        Client::builder(server()),
        Client::builder(server()).legacy(),
    ] {
        let client = builder
            .answering(|_: &str, _: &Value| json!({"action": "accept", "content": {"name": "Ada"}}))
            .connect()
            .await;
        assert_eq!(
            client.get_prompt("personal", json!({})).await.text(),
            "For Ada"
        );
    }
}

#[tokio::test]
async fn an_argument_is_completed_by_its_function() {
    for client in both().await {
        assert_eq!(client.complete("review", "focus", "s").await.len(), 3);
        assert_eq!(client.complete("review", "focus", "sp").await, ["speed"]);
        // Nothing completes this one.
        assert!(client.complete("review", "code", "x").await.is_empty());
        let params = json!({
            "ref": {"type": "ref/prompt", "name": "review"},
            "argument": {"name": "language", "value": "ru"},
            "context": {"arguments": {"focus": "speed"}},
        });
        let reply = client.request("completion/complete", params).await;
        let completion = &reply.result()["completion"];
        assert_eq!(
            completion,
            &json!({"values": ["ru-speed"], "total": 1, "hasMore": false})
        );
        for (prompt, argument) in [("nothing", "focus"), ("edit", "x"), ("review", "nothing")] {
            let params = json!({
                "ref": {"type": "ref/prompt", "name": prompt},
                "argument": {"name": argument, "value": ""},
            });
            let error = client
                .request("completion/complete", params)
                .await
                .rpc_error()
                .unwrap();
            assert_eq!(error.code, -32602, "{error:?}");
        }
    }
}
