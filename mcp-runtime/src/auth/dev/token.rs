//! The token endpoint (OAuth 2.1, section 3.2): a code or a refresh token for an access token. Each is good for once.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::authorize::{Form, Grant, form};
use super::{Issuer, TOKEN_LIFETIME, answer, nonce, refuse};

pub(super) async fn token(State(issuer): State<Arc<Issuer>>, body: String) -> Response {
    let form = form(&body);
    let field = |name: &str| form.get(name).map(String::as_str);
    if !field("client_id").is_some_and(|id| issuer.clients.contains_key(id)) {
        let told = "no such client; register it first";
        return refuse(StatusCode::UNAUTHORIZED, "invalid_client", told);
    }
    let grant = match field("grant_type") {
        Some("authorization_code") => redeem(&issuer, &form),
        Some("refresh_token") => refresh(&issuer, &form),
        _ => {
            return bad(
                "unsupported_grant_type",
                "take authorization_code or refresh_token",
            );
        }
    };
    let Some(grant) = grant else {
        return bad(
            "invalid_grant",
            "this is worth nothing, or no more, or not to this client",
        );
    };
    let Some(token) = issuer.mint(&grant) else {
        return refuse(
            StatusCode::INTERNAL_SERVER_ERROR,
            "server_error",
            "no token could be signed",
        );
    };
    let refresh = nonce();
    let issued = json!({
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": TOKEN_LIFETIME.as_secs(),
        "refresh_token": refresh,
        "scope": grant.scopes.join(" "),
    });
    issuer.refreshes.insert(refresh, grant);
    answer(StatusCode::OK, &issued)
}

/// What a code stands for. It is spent whether or not the rest fits.
fn redeem(issuer: &Issuer, form: &Form) -> Option<Grant> {
    let grant = issuer.codes.remove(form.get("code")?)?;
    let verifier = form.get("code_verifier")?;
    // RFC 7636, sections 4.1 and 4.6.
    let proven = (43..=128).contains(&verifier.len())
        && URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == grant.challenge;
    let redirect = form.get("redirect_uri");
    let fits = *form.get("client_id")? == grant.client
        && redirect.is_none_or(|redirect| *redirect == grant.redirect)
        && is_for(form, &grant);
    (proven && fits).then_some(grant)
}

/// What a refresh token stands for, with no more scopes than before.
fn refresh(issuer: &Issuer, form: &Form) -> Option<Grant> {
    let mut grant = issuer.refreshes.remove(form.get("refresh_token")?)?;
    if *form.get("client_id")? != grant.client || !is_for(form, &grant) {
        return None;
    }
    if let Some(scopes) = form.get("scope") {
        let fewer: Vec<&str> = scopes.split(' ').collect();
        grant.scopes.retain(|scope| fewer.contains(&scope.as_str()));
    }
    Some(grant)
}

/// Whether the resource that is asked for is the one that was granted (RFC 8707, section 2.2).
fn is_for(form: &Form, grant: &Grant) -> bool {
    let named = form.get("resource");
    named.is_none_or(|named| named.trim_end_matches('/') == grant.resource.trim_end_matches('/'))
}

fn bad(error: &str, description: &str) -> Response {
    refuse(StatusCode::BAD_REQUEST, error, description)
}
