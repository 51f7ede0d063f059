//! What it costs to know who is calling: a token verified anew, one that was verified a moment ago, and a forged one.
//!
//! `cargo bench --bench auth --all-features` prints time and allocations. `request` is a whole request in place, without a socket; the row
//! `with_a_token` less the row `without` is what a token costs that the server remembers.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a benchmark has nothing to do where its server does not start"
)]

#[allow(
    dead_code,
    clippy::cast_precision_loss,
    reason = "the corpus is the tests' own"
)]
#[path = "../src/auth/tests/corpus.rs"]
mod corpus;

use std::sync::LazyLock;

use divan::{AllocProfiler, Bencher};
use jsonwebtoken::{Algorithm, EncodingKey};
use mcp_runtime::auth::{Jwt, Verifier as _};
use mcp_runtime::prelude::*;
use mcp_runtime::testing::Client;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
});

fn main() {
    divan::main();
}

/// Add two numbers.
#[tool(read_only, audit = "off", auth = "none")]
async fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn verifier() -> Jwt {
    let jwt = Jwt::keys(corpus::ISSUER, &corpus::jwks()).expect("the corpus has keys");
    jwt.audience(corpus::AUDIENCE)
}

fn token(algorithm: &str, kid: &str, key: &EncodingKey, library: Algorithm) -> String {
    let header = Value::Object(corpus::header(algorithm, kid)).to_string();
    let claims = Value::Object(corpus::claims()).to_string();
    corpus::sign_text(&header, &claims, key, library)
}

/// By the algorithm of its signature.
#[divan::bench(args = ["RS256", "ES256", "EdDSA"])]
fn verified_anew(bencher: Bencher<'_, '_>, algorithm: &str) {
    let verifier = verifier();
    let token = match algorithm {
        "RS256" => token(algorithm, "rsa", &corpus::rsa(), Algorithm::RS256),
        "ES256" => token(algorithm, "ec", &corpus::ec(), Algorithm::ES256),
        _ => token(algorithm, "ed", &corpus::ed(), Algorithm::EdDSA),
    };
    bencher.bench_local(|| {
        let verified = RUNTIME.block_on(verifier.verify(&token));
        verified.expect("the token holds")
    });
}

#[divan::bench]
fn forged(bencher: Bencher<'_, '_>) {
    let verifier = verifier();
    // Signed by the right key, for other claims.
    let token = token("RS256", "rsa", &corpus::rsa(), Algorithm::RS256);
    let parts: Vec<&str> = token.split('.').collect();
    let mut claims = corpus::claims();
    claims.insert("sub".to_owned(), json!("root"));
    let claims = corpus::encode(Value::Object(claims).to_string());
    let token = format!("{}.{claims}.{}", parts[0], parts[2]);
    bencher.bench_local(|| {
        let verified = RUNTIME.block_on(verifier.verify(&token));
        verified.expect_err("the token is forged")
    });
}

/// A whole request.
#[divan::bench(args = ["without", "with_a_token"])]
fn request(bencher: Bencher<'_, '_>, kind: &str) {
    let server = Server::new("bench").mount(tools![add]).auth(verifier());
    let client = RUNTIME.block_on(Client::builder(server).http().anonymous().connect());
    let token = token("RS256", "rsa", &corpus::rsa(), Algorithm::RS256);
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": "add", "arguments": {"a": 1, "b": 2}, "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        },
    }})
    .to_string();
    let request = || {
        let mut request = http::Request::post("/mcp")
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", "tools/call")
            .header("mcp-name", "add");
        if kind == "with_a_token" {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        request.body(body.clone()).expect("a request")
    };
    bencher.with_inputs(request).bench_local_values(|request| {
        let answer = RUNTIME.block_on(client.raw(request));
        assert_eq!(answer.status(), 200);
        answer
    });
}
