//! Registration of clients (RFC 7591): whoever asks is one, if it is sent its codes on this machine.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::{Issuer, answer, nonce, refuse};
use crate::auth::fetch::is_local;

/// A client that has registered.
#[derive(Debug, Clone)]
pub(super) struct Client {
    redirects: Vec<Url>,
}

impl Client {
    /// Whether codes for it may go there: to the letter, but for the port of a program on this machine (RFC 8252, section 7.3).
    pub(super) fn is_sent_to(&self, redirect: &Url) -> bool {
        self.redirects.iter().any(|registered| {
            let mut registered = registered.clone();
            if is_local(&registered) && is_local(redirect) && registered.host() == redirect.host() {
                // It has a host, so that it can have a port.
                let _ = registered.set_port(redirect.port());
            }
            registered == *redirect
        })
    }
}

#[derive(Deserialize)]
struct Registration {
    #[serde(default)]
    redirect_uris: Vec<String>,
    #[serde(default)]
    client_name: Option<String>,
}

pub(super) async fn register(
    State(issuer): State<Arc<Issuer>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    // A page of another origin may not send JSON unasked, so it cannot register.
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("application/json")) {
        return broken("the request is JSON");
    }
    let Ok(registration) = serde_json::from_slice::<Registration>(&body) else {
        return broken("the request is not client metadata");
    };
    let redirects: Option<Vec<Url>> = registration
        .redirect_uris
        .iter()
        .map(|uri| redirect(uri))
        .collect();
    let redirects = match redirects {
        Some(redirects) if (1..=10).contains(&redirects.len()) => redirects,
        _ => {
            return refuse(
                StatusCode::BAD_REQUEST,
                "invalid_redirect_uri",
                "the development issuer sends codes to this machine alone: to a loopback address, or a program's own scheme",
            );
        }
    };
    let id = nonce();
    issuer.clients.insert(id.clone(), Client { redirects });
    let client = json!({
        "client_id": id,
        "client_name": registration.client_name,
        "redirect_uris": registration.redirect_uris,
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    });
    answer(StatusCode::CREATED, &client)
}

/// An address on this machine, or a program's own scheme (RFC 8252, section 7.1): any but those that a browser takes for its own, since editors register
/// schemes without the dot that the RFC asks for.
fn redirect(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let fits = match url.scheme() {
        "http" | "https" => is_local(&url),
        "javascript" | "data" | "file" | "blob" | "vbscript" | "about" | "ftp" | "ws" | "wss" => {
            false
        }
        _ => true,
    };
    (fits && url.fragment().is_none()).then_some(url)
}

fn broken(description: &str) -> Response {
    refuse(
        StatusCode::BAD_REQUEST,
        "invalid_client_metadata",
        description,
    )
}
