//! Resources and prompts ask for callers as tools do.

use super::*;

/// The ledger.
#[resource("notes://ledger", auth = "ledger:read")]
async fn ledger() -> &'static str {
    "all that is owed"
}

/// The archive of a year.
#[resource("notes://archive/{year}", auth = "archive:read", visible = "always")]
async fn archive(year: u16) -> String {
    format!("the notes of {year}")
}

/// Ask for a summary.
#[prompt(auth = "notes:read & notes:write", visible = "always")]
async fn summarize() -> String {
    "Summarize the notes.".to_owned()
}

fn server() -> Server {
    Server::new("notes")
        .mount(tools![clock])
        .mount(resources![ledger, archive])
        .mount(prompts![summarize])
        .auth(by_heart())
}

async fn ask(client: &Client, era: Era, token: Option<&str>, method: &str, name: &str) -> Answer {
    let key = if method == "resources/read" {
        "uri"
    } else {
        "name"
    };
    let asking = Asking::new(client, era).maybe_token(token);
    asking.ask(method, json!({key: name})).await
}

#[tokio::test]
async fn what_is_missing_for_a_resource_or_a_prompt_is_told() {
    let client = connect(server()).await;
    for era in ERAS {
        for (method, name, scopes) in [
            ("resources/read", "notes://archive/2025", "archive:read"),
            ("prompts/get", "summarize", "notes:read notes:write"),
        ] {
            for (token, status) in [(None, 401), (Some("reader"), 403)] {
                let answer = ask(&client, era, token, method, name).await;
                assert_eq!(answer.status, status, "{era:?} {method} {token:?}");
                let challenge = answer.challenge.unwrap();
                assert!(
                    challenge.ends_with(&format!("scope=\"{scopes}\"")),
                    "{challenge}"
                );
            }
        }
        let answer = ask(&client, era, Some("writer"), "prompts/get", "summarize").await;
        assert_eq!(answer.status, 200, "{era:?} {answer:?}");
        assert!(answer.body["result"]["messages"].is_array(), "{answer:?}");
        // What is hidden is as what does not exist.
        for token in [None, Some("reader")] {
            let hidden = ask(&client, era, token, "resources/read", "notes://ledger").await;
            let absent = ask(&client, era, token, "resources/read", "notes://ledges").await;
            assert_eq!(
                (hidden.status, &hidden.challenge),
                (absent.status, &absent.challenge)
            );
            let told = hidden.body.to_string().replace("ledger", "ledges");
            assert_eq!(told, absent.body.to_string());
        }
    }
}

#[tokio::test]
async fn their_scopes_are_among_those_that_are_told() {
    let elsewhere = Jwt::issuer("https://id.example.com").audience("ours");
    let client = connect(server().auth(elsewhere)).await;
    let request = http::Request::get("/.well-known/oauth-protected-resource");
    let request = request
        .header("host", "localhost")
        .body(String::new())
        .unwrap();
    let document = answered(&client, request).await.body;
    let scopes = ["archive:read", "ledger:read", "notes:read", "notes:write"];
    assert_eq!(document["scopes_supported"], json!(scopes));
}

#[tokio::test]
async fn they_too_are_served_to_strangers_only_where_tokens_are_verified() {
    let server = Server::new("notes").mount(resources![ledger]);
    let error = server.bind_http("0.0.0.0:0").await.unwrap_err().to_string();
    assert!(error.contains("`notes://ledger`"), "{error}");
}
