//! An issuer that is up, down, slow, rotates its keys, answers garbage, or points elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State as Shared;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use parking_lot::Mutex;

use super::*;

/// What the issuer answers when its keys are asked for.
#[derive(Debug, Clone)]
enum Mood {
    Keys(String),
    Status(StatusCode),
    Garbage(&'static str),
    Page,
    Endless,
    Silent,
    Redirect(String),
}

struct Issuer {
    url: String,
    mood: Arc<Mutex<Mood>>,
    asked: Arc<AtomicUsize>,
}

#[derive(Clone)]
struct Desk {
    url: String,
    mood: Arc<Mutex<Mood>>,
    asked: Arc<AtomicUsize>,
}

impl Issuer {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let desk = Desk {
            url: url.clone(),
            mood: Arc::new(Mutex::new(Mood::Keys(corpus::jwks()))),
            asked: Arc::default(),
        };
        let router = Router::new()
            .route("/.well-known/oauth-authorization-server", get(metadata))
            .route("/jwks", get(keys))
            .with_state(desk.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            mood: desk.mood,
            asked: desk.asked,
        }
    }

    fn is(&self, mood: Mood) {
        *self.mood.lock() = mood;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    async fn server(&self) -> Client {
        let verifier = Jwt::issuer(&self.url).audience(corpus::AUDIENCE);
        connect(closed().auth(verifier)).await
    }

    fn token(&self, kid: &str) -> String {
        let mut claims = corpus::claims();
        claims.insert("iss".to_owned(), json!(self.url));
        claims.insert("scope".to_owned(), json!("notes:read"));
        // A token that outlives every key of these tests.
        claims.insert("exp".to_owned(), json!(corpus::now() + 6 * 3600));
        corpus::sign(&corpus::header("RS256", kid), &claims)
    }
}

async fn metadata(Shared(desk): Shared<Desk>) -> String {
    let url = desk.url;
    json!({"issuer": url, "jwks_uri": format!("{url}/jwks")}).to_string()
}

async fn keys(Shared(desk): Shared<Desk>) -> Response {
    desk.asked.fetch_add(1, Ordering::Relaxed);
    let mood = desk.mood.lock().clone();
    match mood {
        Mood::Keys(keys) => keys.into_response(),
        Mood::Status(status) => status.into_response(),
        Mood::Garbage(garbage) => garbage.into_response(),
        Mood::Page => {
            ([(header::CONTENT_TYPE, "text/html")], "<html>log in</html>").into_response()
        }
        Mood::Endless => {
            format!("{{\"keys\":[],\"x\":\"{}\"}}", "x".repeat(10_000_000)).into_response()
        }
        Mood::Silent => std::future::pending().await,
        Mood::Redirect(to) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
    }
}

async fn status(client: &Client, token: &str) -> u16 {
    Asking::new(client, Era::Current)
        .token(token)
        .call("read_note")
        .await
        .status
}

#[tokio::test]
async fn an_issuers_keys_are_found_by_discovery_and_asked_for_once() {
    let issuer = Issuer::start().await;
    let client = issuer.server().await;
    for era in ERAS {
        let asking = Asking::new(&client, era).token(&issuer.token("rsa"));
        assert_eq!(asking.call("read_note").await.text(), "a note of ada");
    }
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn while_there_are_no_keys_nobody_gets_in_and_nobody_is_sent_to_log_in() {
    let elsewhere = Issuer::start().await;
    for mood in [
        Mood::Status(StatusCode::INTERNAL_SERVER_ERROR),
        Mood::Status(StatusCode::NOT_FOUND),
        Mood::Garbage("<html>login</html>"),
        Mood::Garbage("{}"),
        Mood::Garbage(r#"{"keys":[]}"#),
        Mood::Garbage(r#"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#),
        Mood::Endless,
        Mood::Redirect(format!("{}/jwks", elsewhere.url)),
        Mood::Redirect("http://169.254.169.254/latest/meta-data".to_owned()),
    ] {
        let issuer = Issuer::start().await;
        issuer.is(mood.clone());
        let client = issuer.server().await;
        let asking = Asking::new(&client, Era::Current).token(&issuer.token("rsa"));
        let answer = asking.call("read_note").await;
        assert_eq!((answer.status, &answer.challenge), (503, &None), "{mood:?}");
        assert_eq!(answer.body["id"], 7, "{mood:?}");
    }
    assert_eq!(elsewhere.asked(), 0, "a redirect was followed");
}

#[tokio::test(start_paused = true)]
async fn an_issuer_that_is_silent_holds_up_nobody_for_long() {
    let issuer = Issuer::start().await;
    issuer.is(Mood::Silent);
    let client = issuer.server().await;
    let token = issuer.token("rsa");
    let begun = tokio::time::Instant::now();
    let waiting: Vec<_> = (0..20)
        .map(|_| {
            let (client, token) = (client.clone(), token.clone());
            tokio::spawn(async move { status(&client, &token).await })
        })
        .collect();
    for waiting in waiting {
        assert_eq!(waiting.await.unwrap(), 503);
    }
    let waited = begun.elapsed();
    assert!(waited < Duration::from_secs(6), "{waited:?}");
    assert!(issuer.asked() <= 1, "asked {} times", issuer.asked());
}

#[tokio::test(start_paused = true)]
async fn keys_live_on_while_the_issuer_is_away_and_not_for_ever() {
    let issuer = Issuer::start().await;
    let client = issuer.server().await;
    let token = issuer.token("rsa");
    assert_eq!(status(&client, &token).await, 200);
    issuer.is(Mood::Status(StatusCode::BAD_GATEWAY));
    tokio::time::advance(Duration::from_secs(65 * 60)).await;
    assert_eq!(status(&client, &token).await, 200);
    tokio::time::advance(Duration::from_secs(6 * 60)).await;
    assert_eq!(status(&client, &token).await, 503);
    issuer.is(Mood::Keys(corpus::jwks()));
    tokio::time::advance(Duration::from_secs(6)).await;
    assert_eq!(status(&client, &token).await, 200);
}

/// Whatever the issuer answers once it has given its keys, they stay.
#[tokio::test(start_paused = true)]
async fn no_answer_of_the_issuers_spoils_the_keys_that_are_there() {
    let elsewhere = Issuer::start().await;
    let mut crowd: Value = serde_json::from_str(&corpus::jwks()).unwrap();
    let key = crowd["keys"][0].clone();
    crowd["keys"] = Value::Array(vec![key; 101]);
    for mood in [
        Mood::Status(StatusCode::INTERNAL_SERVER_ERROR),
        Mood::Garbage("{"),
        Mood::Garbage(r#"{"keys":[]}"#),
        Mood::Garbage(r#"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#),
        Mood::Page,
        Mood::Endless,
        Mood::Silent,
        Mood::Redirect(format!("{}/jwks", elsewhere.url)),
        Mood::Keys(crowd.to_string()),
    ] {
        let issuer = Issuer::start().await;
        let client = issuer.server().await;
        let token = issuer.token("rsa");
        assert_eq!(status(&client, &token).await, 200, "{mood:?}");
        let before = issuer.asked();
        issuer.is(mood.clone());
        tokio::time::advance(Duration::from_secs(31)).await;
        assert_eq!(
            status(&client, &issuer.token("unknown")).await,
            401,
            "{mood:?}"
        );
        assert_eq!(issuer.asked(), before + 1, "{mood:?}");
        // A token that nobody remembers, of the key that was there.
        let mut other = corpus::claims();
        other.insert("iss".to_owned(), json!(issuer.url));
        other.insert("sub".to_owned(), json!("bob"));
        other.insert("scope".to_owned(), json!("notes:read"));
        let other = corpus::sign(&corpus::header("RS256", "rsa"), &other);
        assert_eq!(status(&client, &other).await, 200, "{mood:?}");
    }
    assert_eq!(elsewhere.asked(), 0, "a redirect was followed");
}

#[tokio::test]
async fn every_request_is_answered_where_the_fetch_of_keys_fails() {
    let issuer = Issuer::start().await;
    issuer.is(Mood::Status(StatusCode::INTERNAL_SERVER_ERROR));
    let client = issuer.server().await;
    let token = issuer.token("rsa");
    let calls = (0..100).map(|_| status(&client, &token));
    let answers = futures_util::future::join_all(calls).await;
    assert_eq!(answers, [503; 100]);
    assert!(issuer.asked() <= 2, "asked {} times", issuer.asked());
}

async fn ready(client: &Client) -> u16 {
    let request = http::Request::get("/readyz").body(String::new()).unwrap();
    client.raw(request).await.status().as_u16()
}

#[tokio::test(start_paused = true)]
async fn a_server_without_keys_is_not_ready_and_gets_them_by_itself() {
    let issuer = Issuer::start().await;
    issuer.is(Mood::Status(StatusCode::BAD_GATEWAY));
    let client = issuer.server().await;
    assert_eq!(ready(&client).await, 503);
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(ready(&client).await, 503);
    let asked = issuer.asked();
    assert!((3..=9).contains(&asked), "asked {asked} times in 10 s");
    issuer.is(Mood::Keys(corpus::jwks()));
    tokio::time::sleep(Duration::from_secs(31)).await;
    assert_eq!(ready(&client).await, 200);
    // Nobody's call was needed for it, and none waits for it.
    let asked = issuer.asked();
    assert_eq!(status(&client, &issuer.token("rsa")).await, 200);
    assert_eq!(issuer.asked(), asked);
}

#[tokio::test(start_paused = true)]
async fn keys_are_fetched_again_before_they_are_old_and_a_failure_is_not_the_end() {
    let issuer = Issuer::start().await;
    let client = issuer.server().await;
    assert_eq!(status(&client, &issuer.token("rsa")).await, 200);
    assert_eq!(issuer.asked(), 1);
    tokio::time::sleep(Duration::from_secs(7 * 60)).await;
    assert_eq!(issuer.asked(), 1);
    tokio::time::sleep(Duration::from_secs(3 * 60)).await;
    assert_eq!(issuer.asked(), 2);
    // Away for an hour: the old keys serve, and the server is ready.
    issuer.is(Mood::Status(StatusCode::BAD_GATEWAY));
    tokio::time::sleep(Duration::from_secs(65 * 60)).await;
    assert_eq!(ready(&client).await, 200);
    let asked = issuer.asked() - 2;
    assert!(
        (50..=125).contains(&asked),
        "asked {asked} times in an hour"
    );
    // Longer: closed, until the issuer is back, and then without a call.
    tokio::time::sleep(Duration::from_secs(6 * 60)).await;
    assert_eq!(ready(&client).await, 503);
    assert_eq!(status(&client, &issuer.token("rsa")).await, 503);
    issuer.is(Mood::Keys(corpus::jwks()));
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert_eq!(ready(&client).await, 200);
    assert_eq!(status(&client, &issuer.token("rsa")).await, 200);
}

#[tokio::test(start_paused = true)]
async fn a_new_key_is_found_and_an_old_one_forgotten() {
    let issuer = Issuer::start().await;
    let client = issuer.server().await;
    let (old, new) = (issuer.token("rsa"), issuer.token("rotated"));
    assert_eq!(status(&client, &old).await, 200);
    issuer.is(Mood::Keys(corpus::jwks().replace("\"rsa\"", "\"rotated\"")));
    tokio::time::advance(Duration::from_secs(31)).await;
    assert_eq!(status(&client, &new).await, 200);
    tokio::time::advance(Duration::from_secs(31)).await;
    assert_eq!(status(&client, &old).await, 401);
}

#[tokio::test(start_paused = true)]
async fn invented_key_ids_do_not_make_the_server_ask_again_and_again() {
    let issuer = Issuer::start().await;
    let client = issuer.server().await;
    // Ten thousand of them, in ten seconds, at most one fetch in thirty. A signature is made once: it is not looked at.
    let token = issuer.token("k");
    let (_, rest) = token.split_once('.').unwrap();
    for number in 0..10_000 {
        let header = json!({"alg": "RS256", "typ": "at+jwt", "kid": format!("k{number}")});
        let token = format!("{}.{rest}", corpus::encode(header.to_string()));
        assert_eq!(status(&client, &token).await, 401);
        tokio::time::advance(Duration::from_millis(1)).await;
    }
    assert_eq!(issuer.asked(), 1);
    tokio::time::advance(Duration::from_secs(21)).await;
    let calls = (0..100).map(|number| issuer.token(&format!("k{number}")));
    for token in calls {
        assert_eq!(status(&client, &token).await, 401);
    }
    assert_eq!(issuer.asked(), 2);
    assert_eq!(status(&client, &issuer.token("rsa")).await, 200);
}

#[tokio::test]
async fn an_issuer_that_is_another_ones_is_not_believed() {
    let issuer = Issuer::start().await;
    // The metadata's own name differs by a slash.
    let verifier = Jwt::issuer(format!("{}/", issuer.url)).audience(corpus::AUDIENCE);
    let client = connect(closed().auth(verifier)).await;
    let mut claims = corpus::claims();
    claims.insert("iss".to_owned(), json!(format!("{}/", issuer.url)));
    let token = corpus::sign(&corpus::header("RS256", "rsa"), &claims);
    assert_eq!(status(&client, &token).await, 503);
    assert_eq!(issuer.asked(), 0);
}

#[tokio::test]
async fn an_issuer_is_asked_over_https_alone() {
    for issuer in [
        "http://id.example.com",
        "ftp://id.example.com",
        "id.example.com",
        "http://10.0.0.1",
        "https://u:p@id.example.com",
    ] {
        let server = closed().auth(Jwt::issuer(issuer).audience(corpus::AUDIENCE));
        let error = server.check().unwrap_err().to_string();
        assert!(error.contains("is no address of keys"), "{error}");
    }
}
