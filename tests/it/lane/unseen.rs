//! What a caller may not see is answered as what is not there: status, headers and body, whatever kind of tool it is.

use bytes::Bytes;
use http::Response;
use mcp_runtime::Principal;
use mcp_runtime::prelude::*;
use mcp_runtime::testing::Client;
use serde_json::{Value, json};

use super::cases::Case;
use super::sessions::open_session;

/// A plain one.
#[tool(auth = "secrets:read", read_only)]
async fn plain1(what: String) -> String {
    what
}

/// One whose argument stands in a header, too.
#[tool(auth = "secrets:read", read_only)]
async fn mirror1(#[arg(header = "What")] what: String) -> String {
    what
}

/// One that runs as a task.
#[tool(auth = "secrets:read", task = "required")]
async fn task1(what: String) -> String {
    what
}

/// One that asks first.
#[tool(auth = "secrets:read", confirm = "Take {what}?")]
async fn confirm1(what: String) -> String {
    what
}

/// One that speaks while it runs.
#[tool(auth = "secrets:read", read_only)]
async fn speak1(what: String, ctx: Context) -> String {
    ctx.progress(1.0, 1.0).await;
    what
}

/// One that is switched off.
#[tool(auth = "none", read_only)]
async fn off1(#[arg(header = "What")] what: String) -> String {
    what
}

const HIDDEN: [&str; 6] = ["plain1", "mirror1", "task1", "confirm1", "speak1", "off1"];

async fn client() -> Client {
    let server =
        Server::new("hidden").mount(tools![plain1, mirror1, task1, confirm1, speak1, off1]);
    server.tools().disable("off1").unwrap();
    Client::builder(server).http().connect().await
}

/// All of an answer, as if it had been about a tool of another name.
fn seen(answer: Response<Bytes>, name: &str, other: &str) -> (u16, Vec<String>, String) {
    let headers = answer.headers().iter();
    let headers = headers.map(|(name, value)| format!("{name}: {value:?}"));
    let body = String::from_utf8(answer.body().to_vec()).unwrap();
    // Events are numbered through a session.
    let body = body.lines().filter(|line| !line.starts_with("id:"));
    let body = body.collect::<Vec<_>>().join("\n").replace(name, other);
    (answer.status().as_u16(), headers.collect(), body)
}

/// Asks for a hidden tool and for one of a name as long that is not there.
async fn told_apart(client: &Client, name: &str, case: impl Fn(&str) -> Case) {
    let absent = name.replace('1', "2");
    let hidden = case(name).send(client).await;
    let unknown = case(&absent).send(client).await;
    let about = case(name).name;
    let (hidden, unknown) = (seen(hidden, name, &absent), seen(unknown, &absent, &absent));
    assert_eq!(hidden, unknown, "{about}");
    assert!(unknown.2.contains("-32602"), "{about}: {unknown:?}");
}

fn callers(client: &Client) -> [Client; 2] {
    let eve = Principal::new("https://id.example.com", "eve").scope("notes:read");
    [client.anonymous(), client.as_caller(eve)]
}

fn arguments() -> [Value; 3] {
    [json!({"what": "it"}), json!({}), json!({"what": 1, "x": 2})]
}

#[tokio::test]
async fn under_2026_07_28_a_hidden_tool_is_answered_as_one_that_is_not_there() {
    let client = client().await;
    let capabilities = [
        json!({}),
        json!({"elicitation": {}}),
        json!({"extensions": {"io.modelcontextprotocol/tasks": {}}}),
    ];
    for client in callers(&client) {
        for name in HIDDEN {
            for (arguments, can) in pairs(&arguments(), &capabilities) {
                let case = |name: &str| {
                    let key = "io.modelcontextprotocol/clientCapabilities";
                    let case = Case::current(name, &arguments);
                    case.change(|m| m["params"]["_meta"][key] = can.clone())
                };
                told_apart(&client, name, case).await;
                told_apart(&client, name, |name| {
                    case(name).with("mcp-param-what", "it")
                })
                .await;
                told_apart(&client, name, |name| {
                    case(name).with("mcp-param-what", "no")
                })
                .await;
            }
        }
    }
}

#[tokio::test]
async fn in_a_session_a_hidden_tool_is_answered_as_one_that_is_not_there() {
    let client = client().await;
    for client in callers(&client) {
        let session = open_session(&client).await;
        for name in HIDDEN {
            for arguments in arguments() {
                let case = |name: &str| Case::legacy(name, &arguments, &session);
                told_apart(&client, name, case).await;
                told_apart(&client, name, |name| {
                    case(name).with("mcp-param-what", "no")
                })
                .await;
            }
        }
    }
}

#[tokio::test]
async fn whoever_may_see_a_tool_is_told_what_its_headers_lack() {
    let client = client().await;
    let ada = Principal::new("https://id.example.com", "ada").scope("secrets:read");
    let case = Case::current("mirror1", &json!({"what": "it"}));
    let answer = case.send(&client.as_caller(ada)).await;
    let body = String::from_utf8_lossy(answer.body()).into_owned();
    assert_eq!(answer.status(), 400, "{body}");
    assert!(body.contains("-32020"), "{body}");
}

/// Every pair of the two.
fn pairs(some: &[Value], others: &[Value]) -> Vec<(Value, Value)> {
    let pair = |one: &Value| {
        let one = one.clone();
        others.iter().map(move |other| (one.clone(), other.clone()))
    };
    some.iter().flat_map(pair).collect()
}
