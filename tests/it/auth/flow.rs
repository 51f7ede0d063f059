//! The whole way with the development issuer, as a client walks it: `401`, metadata, registration, code with PKCE, token, step-up.

use std::collections::HashMap;
use std::net::SocketAddr;

use mcp_runtime::HttpServer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

const VERIFIER: &str = "a-verifier-of-forty-three-characters-or-more-yes";
/// SHA-256 of the verifier, in base64url.
const CHALLENGE: &str = "RTkzPwGjyx4I5O-g-V02Ot5AbKWEvbFTB_phyWh2_ao";
const REDIRECT: &str = "http://127.0.0.1:8765/callback";

struct Reply {
    status: u16,
    headers: HashMap<String, String>,
    body: String,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }

    fn query(&self) -> HashMap<String, String> {
        let location = &self.headers["location"];
        let (_, query) = location.split_once('?').unwrap();
        let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap());
        pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }
}

/// A client at one address.
#[derive(Clone, Copy)]
struct Browser(SocketAddr);

impl Browser {
    async fn send(self, start: &str, lines: &[(&str, &str)], body: &str) -> Reply {
        let mut request = format!("{start} HTTP/1.1\r\nconnection: close\r\n");
        if !lines.iter().any(|(name, _)| *name == "host") {
            request += &format!("host: {}\r\n", self.0);
        }
        for (name, value) in lines {
            request += &format!("{name}: {value}\r\n");
        }
        request += &format!("content-length: {}\r\n\r\n{body}", body.len());
        let mut stream = TcpStream::connect(self.0).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let headers = head.lines().filter_map(|line| line.split_once(": "));
        Reply {
            status: head[9..12].parse().unwrap(),
            headers: headers
                .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
                .collect(),
            body: body.to_owned(),
        }
    }

    async fn get(self, url: &str) -> Reply {
        let path = url
            .strip_prefix(&format!("http://{}", self.0))
            .unwrap_or(url);
        self.send(&format!("GET {path}"), &[], "").await
    }

    async fn register(self, redirect: &str) -> Reply {
        let json = [("content-type", "application/json")];
        let body = json!({"redirect_uris": [redirect], "client_name": "test"}).to_string();
        self.send("POST /dev-issuer/register", &json, &body).await
    }

    async fn client(self) -> String {
        let client = self.register(REDIRECT).await;
        assert_eq!(client.status, 201, "{}", client.body);
        client.json()["client_id"].as_str().unwrap().to_owned()
    }

    async fn authorize(self, client: &str, changes: &[(&str, &str)]) -> Reply {
        let resource = format!("http://{}/mcp", self.0);
        let mut form = vec![
            ("response_type", "code"),
            ("client_id", client),
            ("redirect_uri", REDIRECT),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("state", "xyz"),
            ("resource", &resource),
            ("scope", "notes:read"),
        ];
        change(&mut form, changes);
        self.get(&format!("/dev-issuer/authorize?{}", encoded(&form)))
            .await
    }

    async fn redeem(self, client: &str, code: &str, changes: &[(&str, &str)]) -> Reply {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("client_id", client),
            ("redirect_uri", REDIRECT),
            ("code", code),
            ("code_verifier", VERIFIER),
        ];
        change(&mut form, changes);
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        self.send("POST /dev-issuer/token", &kind, &encoded(&form))
            .await
    }

    /// A token with these scopes, and its refresh token.
    async fn token(self, client: &str, scopes: &str) -> (String, String) {
        let authorized = self.authorize(client, &[("scope", scopes)]).await;
        assert_eq!(authorized.status, 302, "{}", authorized.body);
        let redeemed = self.redeem(client, &authorized.query()["code"], &[]).await;
        assert_eq!(redeemed.status, 200, "{}", redeemed.body);
        let tokens = redeemed.json();
        assert_eq!(tokens["token_type"], "Bearer");
        assert_eq!(redeemed.headers["cache-control"], "no-store");
        let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
        (text("access_token"), text("refresh_token"))
    }

    async fn call(self, tool: &str, token: Option<&str>) -> Reply {
        let token = token.map(|token| format!("Bearer {token}"));
        let mut lines = vec![
            ("content-type", "application/json"),
            ("accept", "application/json, text/event-stream"),
            ("mcp-protocol-version", "2026-07-28"),
            ("mcp-method", "tools/call"),
            ("mcp-name", tool),
        ];
        lines.extend(token.as_deref().map(|token| ("authorization", token)));
        let body = json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {
            "name": tool, "arguments": {}, "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        }});
        self.send("POST /mcp", &lines, &body.to_string()).await
    }
}

fn change<'a>(form: &mut Vec<(&'a str, &'a str)>, changes: &[(&'a str, &'a str)]) {
    for (name, value) in changes {
        form.retain(|(known, _)| known != name);
        if !value.is_empty() {
            form.push((name, value));
        }
    }
}

fn encoded(form: &[(&str, &str)]) -> String {
    let escape = |text: &str| -> String {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
        let escaped = text.bytes().map(|byte| match plain(&byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        });
        escaped.collect()
    };
    let pairs = form
        .iter()
        .map(|(name, value)| format!("{name}={}", escape(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn parameter<'a>(challenge: &'a str, name: &str) -> &'a str {
    let (_, rest) = challenge.split_once(&format!("{name}=\"")).unwrap();
    rest.split_once('"').unwrap().0
}

async fn bound() -> HttpServer {
    // Whose tokens it would take is of no matter: nobody is asked there.
    let elsewhere = Jwt::issuer("https://id.example.com").audience("https://mcp.example.com/mcp");
    closed()
        .auth(elsewhere)
        .dev_issuer()
        .bind_http("127.0.0.1:0")
        .await
        .unwrap()
}

async fn serve() -> Browser {
    let server = bound().await;
    let address = server.local_addr();
    tokio::spawn(server.serve_until(std::future::pending()));
    Browser(address)
}

#[tokio::test]
async fn a_client_walks_from_the_first_refusal_to_a_step_up() {
    let browser = serve().await;
    let refused = browser.call("read_note", None).await;
    assert_eq!(refused.status, 401);
    let challenge = &refused.headers["www-authenticate"];
    let scopes = parameter(challenge, "scope").to_owned();
    assert_eq!(scopes, "notes:read");

    let metadata = browser
        .get(parameter(challenge, "resource_metadata"))
        .await
        .json();
    assert_eq!(metadata["resource"], format!("http://{}/mcp", browser.0));
    let issuer = metadata["authorization_servers"][0].as_str().unwrap();
    let issuer = browser
        .get(&format!("{issuer}/.well-known/oauth-authorization-server"))
        .await
        .json();
    assert_eq!(issuer["issuer"], metadata["authorization_servers"][0]);
    assert_eq!(issuer["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(issuer["scopes_supported"], metadata["scopes_supported"]);

    let client = browser.client().await;
    let authorized = browser.authorize(&client, &[]).await.query();
    assert_eq!(authorized["state"], "xyz");
    assert_eq!(
        authorized["iss"].replace("%3A", ":").replace("%2F", "/"),
        issuer["issuer"].as_str().unwrap()
    );

    let (token, _) = browser.token(&client, &scopes).await;
    let called = browser.call("read_note", Some(&token)).await;
    assert_eq!(
        called.json()["result"]["content"][0]["text"],
        "a note of dev"
    );

    let refused = browser.call("delete_note", Some(&token)).await;
    assert_eq!(refused.status, 403);
    let scopes = parameter(&refused.headers["www-authenticate"], "scope").to_owned();
    let (token, refresh) = browser.token(&client, &scopes).await;
    assert_eq!(browser.call("delete_note", Some(&token)).await.status, 200);

    let form = [
        ("grant_type", "refresh_token"),
        ("code", ""),
        ("refresh_token", &refresh),
    ];
    let refreshed = browser.redeem(&client, "", &form).await.json();
    let token = refreshed["access_token"].as_str().unwrap();
    assert_eq!(browser.call("delete_note", Some(token)).await.status, 200);
    // A refresh token is good for once.
    assert_eq!(browser.redeem(&client, "", &form).await.status, 400);
}

#[tokio::test]
async fn the_issuer_gives_nothing_to_whoever_cannot_prove_to_have_asked() {
    let browser = serve().await;
    let (client, other) = (browser.client().await, browser.client().await);
    let code = async || browser.authorize(&client, &[]).await.query()["code"].clone();
    for changes in [
        [(
            "code_verifier",
            "another-verifier-of-forty-three-characters-at-least",
        )],
        [("code_verifier", "short")],
        [("code_verifier", "")],
        [("client_id", other.as_str())],
        [("redirect_uri", "http://127.0.0.1:8765/other")],
        [("resource", "http://127.0.0.1:1/mcp")],
        [("code", "invented")],
    ] {
        let redeemed = browser.redeem(&client, &code().await, &changes).await;
        assert_eq!(redeemed.status, 400, "{changes:?}");
        assert_eq!(redeemed.json()["error"], "invalid_grant", "{changes:?}");
    }
    let code = code().await;
    assert_eq!(browser.redeem(&client, &code, &[]).await.status, 200);
    assert_eq!(browser.redeem(&client, &code, &[]).await.status, 400);
    let stranger = [("client_id", "invented")];
    assert_eq!(browser.redeem(&client, &code, &stranger).await.status, 401);
}

#[tokio::test]
async fn codes_go_nowhere_but_where_the_client_registered() {
    let browser = serve().await;
    let client = browser.client().await;
    for changes in [
        [("redirect_uri", "http://127.0.0.1:8765/elsewhere")],
        [("redirect_uri", "https://evil.example.com/callback")],
        [("redirect_uri", "http://localhost:8765/callback")],
        [("redirect_uri", "")],
        [("client_id", "invented")],
    ] {
        assert_eq!(
            browser.authorize(&client, &changes).await.status,
            400,
            "{changes:?}"
        );
    }
    // A program on this machine may listen on another port each time.
    let moved = [("redirect_uri", "http://127.0.0.1:9999/callback")];
    assert_eq!(browser.authorize(&client, &moved).await.status, 302);
    for (changes, error) in [
        ([("response_type", "token")], "unsupported_response_type"),
        ([("code_challenge", "")], "invalid_request"),
        ([("code_challenge_method", "plain")], "invalid_request"),
        (
            [("resource", "https://other.example.com/mcp")],
            "invalid_target",
        ),
    ] {
        let refused = browser.authorize(&client, &changes).await;
        assert_eq!(refused.query()["error"], error, "{changes:?}");
        assert!(!refused.query().contains_key("code"));
    }
    for redirect in [
        "https://evil.example.com/cb",
        "http://10.0.0.1/cb",
        "javascript:alert(1)",
        "data:text/html,x",
        "nonsense",
        "http://127.0.0.1/cb#x",
    ] {
        assert_eq!(browser.register(redirect).await.status, 400, "{redirect}");
    }
    assert_eq!(browser.register("cursor://mcp/callback").await.status, 201);
}

#[tokio::test]
async fn a_web_page_elsewhere_gets_nothing_out_of_the_issuer() {
    let browser = serve().await;
    let body = json!({"redirect_uris": [REDIRECT]}).to_string();
    let simple = [("content-type", "text/plain")];
    assert_eq!(
        browser
            .send("POST /dev-issuer/register", &simple, &body)
            .await
            .status,
        400
    );
    for line in [
        ("host", "evil.example.com"),
        ("origin", "https://evil.example.com"),
    ] {
        for start in [
            "GET /.well-known/oauth-authorization-server",
            "GET /dev-issuer/authorize",
            "POST /dev-issuer/token",
        ] {
            assert_eq!(
                browser.send(start, &[line], "").await.status,
                403,
                "{line:?} {start}"
            );
        }
    }
}

#[tokio::test]
async fn the_issuer_answers_to_this_machines_own_names_and_to_nobody_who_is_passed_on() {
    let server = closed()
        .dev_issuer()
        .allowed_hosts(["*", "notes.example.com"])
        .public_url("https://notes.example.com/mcp");
    let server = server.bind_http("127.0.0.1:0").await.unwrap();
    let browser = Browser(server.local_addr());
    tokio::spawn(server.serve_until(std::future::pending()));
    let starts = [
        "GET /.well-known/oauth-authorization-server",
        "GET /.well-known/openid-configuration",
        "GET /dev-issuer/jwks",
        "GET /dev-issuer/authorize",
        "POST /dev-issuer/register",
        "POST /dev-issuer/token",
    ];
    for line in [
        ("host", "notes.example.com"),
        ("forwarded", "for=203.0.113.7"),
        ("x-forwarded-for", "203.0.113.7"),
        ("x-forwarded-host", "notes.example.com"),
        ("x-forwarded-proto", "https"),
        ("x-real-ip", "203.0.113.7"),
        ("via", "1.1 proxy"),
    ] {
        for start in starts {
            let reply = browser.send(start, &[line], "").await;
            let is_there = browser.send(start, &[], "").await.status != 404;
            assert!(
                !is_there || reply.status == 403,
                "{line:?} {start}: {}",
                reply.body
            );
        }
    }
    assert_eq!(browser.register(REDIRECT).await.status, 201);
    // The server itself is one that others may reach.
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"}).to_string();
    let lines = [
        ("host", "notes.example.com"),
        ("content-type", "application/json"),
    ];
    assert_eq!(browser.send("POST /mcp", &lines, &body).await.status, 401);
}

#[tokio::test]
async fn the_issuer_is_served_on_this_machine_alone() {
    let error = closed()
        .dev_issuer()
        .bind_http("0.0.0.0:0")
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("other machines can reach") && error.contains("127.0.0.1"),
        "{error}"
    );
    assert!(closed().dev_issuer().embed().await.is_err());
}
