//! The authorization endpoint (OAuth 2.1, section 4.1): it asks nobody, and sends the code at once.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::response::{IntoResponse as _, Response};
use url::Url;

use super::{Issuer, nonce, refuse};

/// Whom requests are authorized for that name nobody.
const SUBJECT: &str = "dev";

/// What was granted: what a code and a refresh token stand for.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    pub(super) client: String,
    pub(super) redirect: String,
    /// SHA-256 of the verifier that the client will bring, in base64url (RFC 7636).
    pub(super) challenge: String,
    pub(super) resource: String,
    pub(super) subject: String,
    pub(super) scopes: Vec<String>,
}

pub(super) type Form = HashMap<String, String>;

/// A form's fields. One that stands twice is none (RFC 6749, section 3.1).
pub(super) fn form(text: &str) -> Form {
    let mut form = Form::new();
    let mut twice = Vec::new();
    for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
        if form
            .insert(name.clone().into_owned(), value.into_owned())
            .is_some()
        {
            twice.push(name.into_owned());
        }
    }
    form.retain(|name, _| !twice.contains(name));
    form
}

pub(super) async fn authorize(
    State(issuer): State<Arc<Issuer>>,
    RawQuery(query): RawQuery,
) -> Response {
    let form = form(&query.unwrap_or_default());
    let field = |name: &str| form.get(name).map(String::as_str);
    // Before these two hold, nothing is sent anywhere.
    let client = field("client_id").and_then(|id| Some((id, issuer.clients.get(id)?)));
    let Some((id, client)) = client else {
        let told = "no such client; register it first";
        return refuse(StatusCode::BAD_REQUEST, "invalid_client", told);
    };
    let redirect = field("redirect_uri").and_then(|uri| Some((uri, Url::parse(uri).ok()?)));
    let Some((uri, redirect)) = redirect.filter(|(_, redirect)| client.is_sent_to(redirect)) else {
        let told = "the client did not register this redirect_uri";
        return refuse(StatusCode::BAD_REQUEST, "invalid_request", told);
    };
    let outcome = grant(&issuer, &form, id, uri).map(|grant| {
        let code = nonce();
        issuer.codes.insert(code.clone(), grant);
        code
    });
    send(redirect, &issuer.url, field("state"), outcome)
}

/// What is granted, or the error of RFC 6749, section 4.1.2.1.
fn grant(
    issuer: &Issuer,
    form: &Form,
    client: &str,
    redirect: &str,
) -> Result<Grant, &'static str> {
    let field = |name: &str| form.get(name).map(String::as_str);
    if field("response_type") != Some("code") {
        return Err("unsupported_response_type");
    }
    let challenge = field("code_challenge").filter(|challenge| challenge.len() == 43);
    let (Some(challenge), Some("S256")) = (challenge, field("code_challenge_method")) else {
        return Err("invalid_request");
    };
    let resource = match field("resource") {
        None => issuer.resources.first(),
        Some(named) => {
            let same = |own: &&String| own.trim_end_matches('/') == named.trim_end_matches('/');
            issuer.resources.iter().find(same)
        }
    };
    // What the server does not know is left out, `offline_access` for one: a refresh token comes unasked.
    let asked = field("scope").unwrap_or_default().split(' ');
    let known = asked.filter(|scope| issuer.scopes.iter().any(|known| known == scope));
    let subject = field("login_hint").filter(|hint| is_name(hint));
    Ok(Grant {
        client: client.to_owned(),
        redirect: redirect.to_owned(),
        challenge: challenge.to_owned(),
        resource: resource.ok_or("invalid_target")?.clone(),
        subject: subject.unwrap_or(SUBJECT).to_owned(),
        scopes: known.map(str::to_owned).collect(),
    })
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn send(mut to: Url, issuer: &str, state: Option<&str>, outcome: Result<String, &str>) -> Response {
    let mut query = to.query_pairs_mut();
    match &outcome {
        Ok(code) => query.append_pair("code", code),
        Err(error) => query.append_pair("error", error),
    };
    if let Some(state) = state {
        query.append_pair("state", state);
    }
    // RFC 9207: a client with several issuers learns whose answer this is.
    query.append_pair("iss", issuer);
    drop(query);
    let headers = [(LOCATION, to.as_str()), (CACHE_CONTROL, "no-store")];
    (StatusCode::FOUND, headers).into_response()
}
