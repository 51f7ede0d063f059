//! Tokens that only their issuer can read: introspection, and GitHub's API.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
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
        // A moment that cannot be read is no reason to take a token for ever.
        change("exp", json!((corpus::now() - 1) as f64 + 0.5)),
        change("exp", json!((corpus::now() + 3600).to_string())),
        change("exp", json!(-1)),
        change("exp", Value::Null),
        change("nbf", json!(corpus::now() + 300)),
        change("nbf", json!("soon")),
        change("sub", json!("")),
        change("scope", json!(7)),
        // Not a bearer's, or one whose proof nobody checks.
        change("token_type", json!("DPoP")),
        change("token_type", json!(1)),
        change("cnf", json!({"jkt": "x"})),
        change("cnf", Value::Null),
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
async fn what_the_issuer_says_within_the_rules_is_taken() {
    for (name, value) in [
        ("exp", json!((corpus::now() + 3600) as f64 + 0.5)),
        ("nbf", json!(corpus::now() - 60)),
        ("nbf", json!(corpus::now() + 10)),
        ("token_type", json!("Bearer")),
        ("token_type", json!("bearer")),
    ] {
        let desk = Desk::open().await;
        let client = desk.introspecting().await;
        let mut answer = active();
        answer[name] = value;
        desk.answers(200, answer.clone());
        assert_eq!(call(&client, "opaque").await.status, 200, "{answer}");
    }
}

/// RFC 6749, section 2.3.1: the name and the secret are encoded as in a form, so that a colon in either does not end it.
#[tokio::test]
async fn the_servers_own_credentials_are_encoded_before_they_are_joined() {
    let desk = Desk::open().await;
    let endpoint = format!("{}/introspect", desk.url);
    let verifier = Introspection::new("https://id.example.com", endpoint)
        .credentials("https://notes:1", "s3c ret+%/é")
        .audience("our-audience");
    let client = connect(closed().auth(verifier)).await;
    desk.answers(200, active());
    assert_eq!(call(&client, "opaque").await.status, 200);
    let (headers, _) = desk.asked.lock()[0].clone();
    let sent = headers["authorization"].to_str().unwrap().to_owned();
    let sent = BASE64.decode(sent.strip_prefix("Basic ").unwrap()).unwrap();
    assert_eq!(
        String::from_utf8(sent).unwrap(),
        "https%3A%2F%2Fnotes%3A1:s3c+ret%2B%25%2F%C3%A9"
    );
}

/// A token of one issuer is no other issuer's to see, whatever is wrong with it.
#[tokio::test]
async fn a_token_that_claims_an_issuer_is_shown_to_no_other() {
    let away = "http://127.0.0.1:1/jwks";
    let mut others = corpus::claims();
    others.insert("exp".to_owned(), json!(corpus::now() - 3600));
    let expired = corpus::sign(&corpus::header("RS256", "rsa"), &others);
    let good = corpus::sign(&corpus::header("RS256", "rsa"), &corpus::claims());
    let tokens = [
        (401, expired),
        (401, corpus::with("aud", json!("somebody-else"))),
        (401, corpus::with_header("typ", json!("JWT"))),
        (401, corpus::with_header("alg", json!("HS256"))),
        (401, corpus::with_header("kid", json!("nobody"))),
        (200, good.clone()),
    ];
    let desk = Desk::open().await;
    desk.answers(200, active());
    let asking = || {
        let endpoint = format!("{}/introspect", desk.url);
        let introspection =
            Introspection::new("https://id.example.net", endpoint).audience("our-audience");
        let github = GitHub::app("our-app", "s3cret").api(format!("{}/api/v3/", desk.url));
        (introspection, github)
    };
    let tried = async |client: &Client, token: &str, status: u16| {
        let asking = Asking::new(client, Era::Current).token(token);
        let answer = asking.call("administer").await;
        assert_eq!(answer.status, status, "{answer:?}");
    };
    let (introspection, github) = asking();
    let client = connect(closed().auth(signed()).auth(introspection).auth(github)).await;
    for (status, token) in &tokens {
        tried(&client, token, *status).await;
    }
    // And while the issuer's keys are away, a token that may well be good.
    let (introspection, github) = asking();
    let unreachable = Jwt::jwks(corpus::ISSUER, away).audience(corpus::AUDIENCE);
    let client = connect(closed().auth(unreachable).auth(introspection).auth(github)).await;
    tried(&client, &good, 503).await;
    assert_eq!(desk.asked(), 0, "{:?}", desk.asked.lock());
    // Nor is GitHub asked about what does not look like its own.
    let (_, github) = asking();
    let client = connect(closed().auth(github)).await;
    tried(&client, &good, 401).await;
    tried(&client, "opaque", 401).await;
    assert_eq!(desk.asked(), 0);
    let (introspection, _) = asking();
    let client = connect(closed().auth(signed()).auth(introspection)).await;
    tried(&client, "opaque", 401).await;
    assert_eq!(desk.asked(), 1, "a token of nobody's is asked about");
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
