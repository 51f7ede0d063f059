//! Who is calling, over HTTP: tokens that hold and tokens that do not, what clients are told, and whose what is.

mod agreement;
mod challenges;
mod connection;
#[path = "../../../mcp-runtime/src/auth/tests/corpus.rs"]
mod corpus;
mod extractors;
mod flood;
mod flow;
mod issuer;
mod keys;
mod kinds;
mod network;
mod opaque;
mod owners;
mod secrecy;
mod tenants;
mod tokens;
mod wire;

use mcp_runtime::Principal;
use mcp_runtime::auth::{Jwt, StaticTokens};
use mcp_runtime::prelude::*;
use mcp_runtime::testing::Client;
use serde_json::{Value, json};

/// Read a note.
#[tool(read_only, auth = "notes:read")]
async fn read_note(caller: Caller) -> String {
    format!("a note of {}", caller.subject())
}

/// Throw a note away.
#[tool(auth = "notes:read & notes:write", visible = "always")]
async fn delete_note() -> &'static str {
    "gone"
}

/// What only administrators may do.
#[tool(auth = "role:admin", visible = "always")]
async fn administer() -> &'static str {
    "administered"
}

/// Tell the time.
#[tool(read_only, auth = "none")]
async fn clock(caller: Option<Caller>) -> String {
    caller.map_or_else(|| "nobody".to_owned(), |caller| caller.subject().to_owned())
}

/// A server all of whose tools need a caller.
fn closed() -> Server {
    Server::new("notes").mount(tools![read_note, delete_note, administer])
}

/// The same, with a tool for everybody.
fn mixed() -> Server {
    closed().mount(tools![clock])
}

/// A verifier that knows what its tokens say by heart.
fn by_heart() -> StaticTokens {
    StaticTokens::new()
        .token("reader", Principal::new("dev", "ada").scope("notes:read"))
        .token(
            "other-reader",
            Principal::new("dev", "bob").scope("notes:read"),
        )
        .token("rotated", Principal::new("dev", "ada").scope("notes:read"))
        .token(
            "writer",
            Principal::new("dev", "ada").scopes(["notes:read", "notes:write"]),
        )
        .token("nothing", Principal::new("dev", "eve"))
}

/// The verifier of the issuer whose tokens the corpus has.
fn signed() -> Jwt {
    Jwt::keys(corpus::ISSUER, &corpus::jwks())
        .unwrap()
        .audience(corpus::AUDIENCE)
}

async fn connect(server: Server) -> Client {
    Client::builder(server).http().anonymous().connect().await
}

/// The protocol's two eras on HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Era {
    Current,
    Older,
}

const ERAS: [Era; 2] = [Era::Current, Era::Older];

/// What came back.
#[derive(Debug)]
struct Answer {
    status: u16,
    challenge: Option<String>,
    session: Option<String>,
    body: Value,
}

impl Answer {
    fn text(&self) -> &str {
        self.body["result"]["content"][0]["text"]
            .as_str()
            .unwrap_or_default()
    }

    fn names(&self) -> Vec<&str> {
        let tools = self.body["result"]["tools"].as_array().unwrap();
        tools
            .iter()
            .map(|tool| tool["name"].as_str().unwrap())
            .collect()
    }
}

/// A request of one era, with whatever headers on top.
struct Asking<'a> {
    client: &'a Client,
    era: Era,
    headers: Vec<(String, String)>,
}

impl<'a> Asking<'a> {
    fn new(client: &'a Client, era: Era) -> Self {
        Self {
            client,
            era,
            headers: Vec::new(),
        }
    }

    fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    fn maybe_token(self, token: Option<&str>) -> Self {
        match token {
            Some(token) => self.token(token),
            None => self,
        }
    }

    async fn call(self, tool: &str) -> Answer {
        self.ask("tools/call", json!({"name": tool, "arguments": {}}))
            .await
    }

    async fn list(self) -> Answer {
        self.ask("tools/list", json!({})).await
    }

    /// One request; in the older era, with the handshake that it needs.
    async fn ask(self, method: &str, params: Value) -> Answer {
        match self.era {
            Era::Current => self.current(method, params).await,
            Era::Older => {
                let greeting = self.greet().await;
                match greeting.session.clone() {
                    Some(session) => self.in_session(&session, method, params).await,
                    None => greeting,
                }
            }
        }
    }

    async fn current(&self, method: &str, mut params: Value) -> Answer {
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let name = params["name"].as_str().or_else(|| params["uri"].as_str());
        let name = name.unwrap_or_default().to_owned();
        let mut headers = vec![
            ("mcp-protocol-version", "2026-07-28"),
            ("mcp-method", method),
        ];
        if !name.is_empty() {
            headers.push(("mcp-name", &name));
        }
        let message = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
        self.post(&headers, &message).await
    }

    async fn greet(&self) -> Answer {
        let params = json!({
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        });
        let message = json!({"jsonrpc": "2.0", "id": 7, "method": "initialize", "params": params});
        self.post(&[], &message).await
    }

    async fn in_session(&self, session: &str, method: &str, params: Value) -> Answer {
        let headers = [
            ("mcp-protocol-version", "2025-11-25"),
            ("mcp-session-id", session),
        ];
        let message = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
        self.post(&headers, &message).await
    }

    async fn post(&self, headers: &[(&str, &str)], message: &Value) -> Answer {
        let mut request = http::Request::post("/mcp")
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream");
        let own = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in headers.iter().copied().chain(own) {
            request = request.header(name, value);
        }
        answered(self.client, request.body(message.to_string()).unwrap()).await
    }

    /// A request without a message.
    async fn bare(&self, method: &str, session: &str) -> Answer {
        let mut request = http::Request::builder()
            .method(method)
            .uri("/mcp")
            .header("host", "localhost")
            .header("accept", "text/event-stream")
            .header("mcp-session-id", session);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        answered(self.client, request.body(String::new()).unwrap()).await
    }
}

async fn answered(client: &Client, request: http::Request<String>) -> Answer {
    let response = client.raw(request).await;
    let header = |name: &str| {
        let value = response.headers().get(name)?;
        Some(value.to_str().unwrap().to_owned())
    };
    let said = String::from_utf8(response.body().to_vec()).unwrap();
    // A stream's last event is the answer.
    let json = said
        .lines()
        .filter_map(|line| line.strip_prefix("data:"))
        .map(str::trim)
        .rfind(|data| !data.is_empty())
        .unwrap_or(&said);
    Answer {
        status: response.status().as_u16(),
        challenge: header("www-authenticate"),
        session: header("mcp-session-id"),
        body: serde_json::from_str(json).unwrap_or_default(),
    }
}
