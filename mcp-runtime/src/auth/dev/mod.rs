//! An authorization server for development, inside the server itself: discovery, registration, authorization code with PKCE, tokens, refresh.
//!
//! It asks nobody for a password and grants every scope that a client asks for, so it is served on loopback alone and says so loudly. Its keys are made when
//! the server starts, and its tokens end with it. What it keeps is bounded, and in memory.

mod authorize;
mod clients;
mod token;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use moka::sync::Cache;
use serde_json::{Value, json};

use self::authorize::Grant;
use self::clients::Client;
use super::Jwt;
use crate::clock::Clock;
use crate::error::{Result, ServerError};

/// How long a token is in force: short enough to see a refresh within a coffee.
const TOKEN_LIFETIME: Duration = Duration::from_secs(5 * 60);

/// How long a client has to redeem a code (RFC 6749, section 4.1.2).
const CODE_LIFETIME: Duration = Duration::from_secs(60);

/// How many clients, codes and refresh tokens are remembered.
const REMEMBERED: u64 = 1_000;

const KEY_ID: &str = "dev";

/// The issuer of a server at one loopback address.
pub(crate) struct Issuer {
    url: String,
    /// The addresses under which clients reach the server.
    resources: Vec<String>,
    scopes: Vec<String>,
    key: EncodingKey,
    jwks: String,
    clients: Cache<String, Client>,
    codes: Cache<String, Grant>,
    refreshes: Cache<String, Grant>,
    clock: Clock,
}

impl Issuer {
    /// An issuer with keys of its own, for a server at this address that asks for these scopes.
    pub(crate) fn new(address: SocketAddr, path: &str, scopes: Vec<String>) -> Result<Self> {
        let cannot = || ServerError::new("the development issuer cannot make a key");
        let key =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
                .map_err(|_| cannot())?;
        let key = EncodingKey::from_ec_der(key.as_ref());
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::ES256).map_err(|_| cannot())?;
        jwk.common.key_id = Some(KEY_ID.to_owned());
        let jwks = serde_json::to_string(&JwkSet { keys: vec![jwk] }).map_err(|_| cannot())?;
        let port = address.port();
        let names = [
            address.to_string(),
            format!("localhost:{port}"),
            format!("127.0.0.1:{port}"),
            format!("[::1]:{port}"),
        ];
        let mut resources: Vec<_> = names
            .iter()
            .map(|name| format!("http://{name}{path}"))
            .collect();
        resources.dedup();
        Ok(Self {
            url: format!("http://{address}"),
            resources,
            scopes,
            key,
            jwks,
            clients: Cache::new(REMEMBERED),
            codes: Cache::builder()
                .max_capacity(REMEMBERED)
                .time_to_live(CODE_LIFETIME)
                .build(),
            refreshes: Cache::new(REMEMBERED),
            clock: Clock::start(),
        })
    }

    /// What verifies its tokens.
    pub(crate) fn verifier(&self) -> Result<Jwt> {
        let jwt = Jwt::keys(&self.url, &self.jwks)?;
        Ok(self.resources.iter().fold(jwt, Jwt::audience))
    }

    /// Its endpoints. They are for whoever reaches the server itself, and no page of another origin.
    pub(crate) fn router(self: &Arc<Self>) -> Router {
        let metadata = {
            let this = Arc::clone(self);
            move || std::future::ready(answer(StatusCode::OK, &this.metadata()))
        };
        let keys = {
            let this = Arc::clone(self);
            move || {
                let keys = ([(CONTENT_TYPE, "application/json")], this.jwks.clone());
                std::future::ready(keys)
            }
        };
        Router::new()
            .route("/.well-known/oauth-authorization-server", get(metadata))
            .route("/dev-issuer/jwks", get(keys))
            .route("/dev-issuer/register", post(clients::register))
            .route("/dev-issuer/authorize", get(authorize::authorize))
            .route("/dev-issuer/token", post(token::token))
            .with_state(Arc::clone(self))
    }

    /// RFC 8414.
    fn metadata(&self) -> Value {
        let url = &self.url;
        json!({
            "issuer": url,
            "authorization_endpoint": format!("{url}/dev-issuer/authorize"),
            "token_endpoint": format!("{url}/dev-issuer/token"),
            "registration_endpoint": format!("{url}/dev-issuer/register"),
            "jwks_uri": format!("{url}/dev-issuer/jwks"),
            "scopes_supported": self.scopes,
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": ["none"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
        })
    }

    /// An access token (RFC 9068).
    fn mint(&self, grant: &Grant) -> Option<String> {
        let now = self.clock.now().as_secs();
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(KEY_ID.to_owned());
        let claims = json!({
            "iss": self.url,
            "aud": grant.resource,
            "sub": grant.subject,
            "client_id": grant.client,
            "scope": grant.scopes.join(" "),
            "iat": now,
            "exp": now + TOKEN_LIFETIME.as_secs(),
            "jti": nonce(),
        });
        jsonwebtoken::encode(&header, &claims, &self.key).ok()
    }
}

/// 256 random bits, as a word.
fn nonce() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

fn answer(status: StatusCode, body: &Value) -> Response {
    let mut response = (status, body.to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An error of RFC 6749, section 5.2, or RFC 7591, section 3.2.2.
fn refuse(status: StatusCode, error: &str, description: &str) -> Response {
    answer(
        status,
        &json!({"error": error, "error_description": description}),
    )
}
