//! `401` and `403` with `WWW-Authenticate` (RFC 6750, section 3; RFC 9728, section 5.1): what a client must bring to be let in.

use std::fmt::Write as _;

use axum::http::{HeaderValue, StatusCode};

use super::refusal::Refusal;

/// Why a client must come back with another token.
#[derive(Debug)]
pub(super) enum Challenge {
    /// It brought none: the scopes to ask for.
    NoToken(Vec<&'static str>),
    /// What it brought does not hold. Why, the log says: a forger needs no help.
    BadToken(Vec<&'static str>),
    /// Its token lacks scopes: all that the tool needs, those it has included.
    Scopes(Vec<String>),
}

impl Challenge {
    pub(super) fn refusal(self, metadata: Option<&str>) -> Refusal {
        let (status, error, message, scopes) = match self {
            Self::NoToken(scopes) => (
                StatusCode::UNAUTHORIZED,
                None,
                "an access token is needed".to_owned(),
                scopes.join(" "),
            ),
            Self::BadToken(scopes) => (
                StatusCode::UNAUTHORIZED,
                Some("invalid_token"),
                "the access token is not valid".to_owned(),
                scopes.join(" "),
            ),
            Self::Scopes(scopes) => {
                let scopes = scopes.join(" ");
                let message = format!("the access token needs the scopes: {scopes}");
                (
                    StatusCode::FORBIDDEN,
                    Some("insufficient_scope"),
                    message,
                    scopes,
                )
            }
        };
        let header = header(&[
            ("error", error),
            ("error_description", error.map(|_| message.as_str())),
            ("resource_metadata", metadata),
            (
                "scope",
                Some(scopes.as_str()).filter(|scopes| !scopes.is_empty()),
            ),
        ]);
        Refusal::new(status, message).challenging(header)
    }
}

fn header(parameters: &[(&str, Option<&str>)]) -> HeaderValue {
    let mut header = "Bearer".to_owned();
    let said = parameters
        .iter()
        .filter_map(|(name, value)| Some((name, (*value)?)));
    for (index, (name, value)) in said.enumerate() {
        let comma = if index == 0 { "" } else { "," };
        // Neither scopes nor addresses have a quote or a backslash in them. Writing to a string does not fail.
        let _ = write!(header, "{comma} {name}=\"{value}\"");
    }
    HeaderValue::from_str(&header).unwrap_or(HeaderValue::from_static("Bearer"))
}
