//! Tokens that only their issuer can read: introspection, and GitHub's API.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use mcp_runtime::auth::{GitHub, Introspection};
use parking_lot::Mutex;

use super::*;

/// What the issuer answers, and what it was asked.
#[derive(Clone)]
struct Desk {
    answer: Arc<Mutex<(StatusCode, Value)>>,
    asked: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    url: String,
}

impl Desk {
    async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let desk = Self {
            answer: Arc::new(Mutex::new((StatusCode::OK, json!({})))),
            asked: Arc::default(),
            url: format!("http://{}", listener.local_addr().unwrap()),
        };
        let router = Router::new()
            .route("/introspect", post(said))
            .route("/api/v3/applications/our-app/token", post(said))
            .with_state(desk.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        desk
    }

    fn answers(&self, status: u16, answer: Value) {
        *self.answer.lock() = (StatusCode::from_u16(status).unwrap(), answer);
    }

    fn asked(&self) -> usize {
        self.asked.lock().len()
    }

    async fn introspecting(&self) -> Client {
        let verifier =
            Introspection::new("https://id.example.com", format!("{}/introspect", self.url))
                .credentials("notes", "s3cret")
                .audience("our-audience");
        connect(closed().auth(verifier)).await
    }

    async fn of_github(&self) -> Client {
        let verifier = GitHub::app("our-app", "s3cret").api(format!("{}/api/v3/", self.url));
        connect(closed().auth(verifier)).await
    }
}

async fn said(
    Shared(desk): Shared<Desk>,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, String) {
    desk.asked.lock().push((headers, body));
    let (status, answer) = desk.answer.lock().clone();
    (status, answer.to_string())
}

async fn call(client: &Client, token: &str) -> Answer {
    Asking::new(client, Era::Current)
        .token(token)
        .call("read_note")
        .await
}

fn active() -> Value {
    json!({
        "active": true, "sub": "ada", "aud": "our-audience", "scope": "notes:read",
        "iss": "https://id.example.com", "exp": corpus::now() + 3600,
    })
}

#[tokio::test]
async fn the_issuer_says_whose_an_opaque_token_is() {
    let desk = Desk::open().await;
    let client = desk.introspecting().await;
    desk.answers(200, active());
    for _ in 0..3 {
        assert_eq!(call(&client, "opaque").await.text(), "a note of ada");
    }
    assert_eq!(desk.asked(), 1);
    let (headers, body) = desk.asked.lock()[0].clone();
    assert_eq!(body, "token=opaque&token_type_hint=access_token");
    assert_eq!(headers["authorization"], "Basic bm90ZXM6czNjcmV0");
}

#[tokio::test]
async fn what_the_issuer_does_not_vouch_for_is_refused() {
    let change = |name: &str, value: Value| {
        let mut answer = active();
        answer[name] = value;
        answer
    };
    let answers = [
        json!({"active": false}),
        json!({}),
        change("active", json!("true")),
        change("active", json!(1)),
        change("aud", json!("somebody-else")),
        change("aud", Value::Null),
        change("iss", json!("https://evil.example.com")),
        change("exp", json!(corpus::now() - 1)),
        change("sub", json!("")),
        change("scope", json!(7)),
    ];
    for answer in answers {
        let desk = Desk::open().await;
        let client = desk.introspecting().await;
        desk.answers(200, answer.clone());
        for _ in 0..3 {
            assert_eq!(call(&client, "opaque").await.status, 401, "{answer}");
        }
        assert_eq!(desk.asked(), 1, "{answer}");
    }
}

#[tokio::test]
async fn an_issuer_that_does_not_answer_lets_nobody_in_and_sends_nobody_to_log_in() {
    for (status, answer) in [
        (500, json!({})),
        (401, json!({})),
        (404, json!({})),
        (200, json!([])),
    ] {
        let desk = Desk::open().await;
        let client = desk.introspecting().await;
        desk.answers(status, answer);
        assert_eq!(call(&client, "opaque").await.status, 503, "{status}");
        // It is asked again at once: nothing is known of the token.
        desk.answers(200, active());
        assert_eq!(call(&client, "opaque").await.status, 200, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_revoked_token_lives_a_minute_at_most() {
    let desk = Desk::open().await;
    let client = desk.introspecting().await;
    desk.answers(200, active());
    assert_eq!(call(&client, "opaque").await.status, 200);
    tokio::time::advance(Duration::from_secs(50)).await;
    assert_eq!(call(&client, "opaque").await.status, 200);
    desk.answers(200, json!({"active": false}));
    tokio::time::advance(Duration::from_secs(11)).await;
    assert_eq!(call(&client, "opaque").await.status, 401);
    // And a new one is found soon after it was unknown.
    desk.answers(200, active());
    tokio::time::advance(Duration::from_secs(11)).await;
    assert_eq!(call(&client, "opaque").await.status, 200);
}

fn checked() -> Value {
    json!({
        "id": 1, "app": {"client_id": "our-app", "name": "Notes"}, "token": "",
        "user": {"id": 583_231, "login": "ada"}, "scopes": ["notes:read"], "expires_at": null,
    })
}

#[tokio::test]
async fn github_says_whose_a_token_is_and_for_which_app() {
    let desk = Desk::open().await;
    let client = desk.of_github().await;
    desk.answers(200, checked());
    assert_eq!(
        call(&client, "gho_16C7e42F292c6912E7").await.text(),
        "a note of 583231"
    );
    let (headers, body) = desk.asked.lock()[0].clone();
    assert_eq!(body, r#"{"access_token":"gho_16C7e42F292c6912E7"}"#);
    assert_eq!(headers["authorization"], "Basic b3VyLWFwcDpzM2NyZXQ=");
    assert!(headers.contains_key("user-agent"));

    let change = |name: &str, value: Value| {
        let mut answer = checked();
        answer[name] = value;
        answer
    };
    for (status, answer, expected) in [
        (404, json!({"message": "Not Found"}), 401),
        (200, change("app", json!({"client_id": "another-app"})), 401),
        (200, change("user", Value::Null), 401),
        (
            200,
            change("expires_at", json!("2020-01-01T00:00:00Z")),
            401,
        ),
        (
            200,
            change("expires_at", json!("2126-01-01T00:00:00Z")),
            200,
        ),
        (401, json!({"message": "Bad credentials"}), 503),
        (403, json!({"message": "rate limit"}), 503),
        (200, json!({"unexpected": true}), 503),
    ] {
        let client = desk.of_github().await;
        desk.answers(status, answer.clone());
        assert_eq!(call(&client, "gho_x").await.status, expected, "{answer}");
    }
}
