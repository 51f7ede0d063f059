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

/// A folder with one skill.
fn skills(auth: &'static str) -> (tempfile::TempDir, mcp_runtime::Skills) {
    let folder = tempfile::tempdir().unwrap();
    let skill = folder.path().join("billing");
    std::fs::create_dir(&skill).unwrap();
    let manual = "---\nname: billing\ndescription: Issue invoices.\n---\n# Billing\n";
    std::fs::write(skill.join("SKILL.md"), manual).unwrap();
    let skills = mcp_runtime::Skills::folder(folder.path()).auth(auth);
    (folder, skills)
}

#[tokio::test]
async fn the_scopes_of_skills_are_told_and_asked_for() {
    let (_folder, skills) = skills("skills:read");
    let elsewhere = Jwt::issuer("https://id.example.com").audience("ours");
    let server = closed().skills(skills).auth(by_heart()).auth(elsewhere);
    let client = connect(server).await;
    let request = http::Request::get("/.well-known/oauth-protected-resource");
    let request = request
        .header("host", "localhost")
        .body(String::new())
        .unwrap();
    let document = answered(&client, request).await.body;
    let scopes = ["notes:read", "notes:write", "skills:read"];
    assert_eq!(document["scopes_supported"], json!(scopes));
    for era in ERAS {
        let challenge = Asking::new(&client, era).list().await.challenge.unwrap();
        assert!(
            challenge.ends_with("scope=\"notes:read skills:read\""),
            "{challenge}"
        );
    }
}

#[tokio::test]
async fn skills_that_need_a_caller_are_served_to_strangers_only_where_tokens_are_verified() {
    let (_folder, skills) = skills("user");
    let server = || Server::new("notes").skills(skills.clone());
    let error = server()
        .bind_http("0.0.0.0:0")
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("the skills"), "{error}");
    assert!(
        server()
            .auth(by_heart())
            .bind_http("0.0.0.0:0")
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn strangers_read_skills_that_are_for_everybody() {
    let (_folder, skills) = skills("none");
    let client = connect(closed().skills(skills).auth(by_heart())).await;
    for era in ERAS {
        for token in [None, Some("reader")] {
            let read = ask(
                &client,
                era,
                token,
                "resources/read",
                "skill://billing/SKILL.md",
            )
            .await;
            assert_eq!(read.status, 200, "{era:?} {token:?}");
            assert!(read.body["result"]["contents"].is_array(), "{read:?}");
        }
        let note = Asking::new(&client, era).call("read_note").await;
        assert_eq!(note.status, 401, "{era:?}");
    }
}
