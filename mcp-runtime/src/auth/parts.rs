//! A signed token taken apart: what is read before anything in it is believed, and the signature that makes it believable.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Validation;
use serde_json::{Map, Value};

use super::algorithm::Algorithm;
use super::keyset::Key;
use super::{MAX_TOKEN_LENGTH, Rejected, strict};

/// A token's header and claims, decoded and not yet believed.
pub(super) struct Parts {
    pub(super) header: Map<String, Value>,
    pub(super) claims: Map<String, Value>,
    pub(super) is_signed: bool,
}

impl Parts {
    pub(super) fn split(token: &str) -> Result<Self, Rejected> {
        if token.len() > MAX_TOKEN_LENGTH {
            return Err(invalid("it is longer than 16 KiB"));
        }
        let mut parts = token.split('.');
        let (Some(header), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Rejected::NotMine("it is not three parts".into()));
        };
        Ok(Self {
            header: decode(header)?,
            claims: decode(claims)?,
            is_signed: !signature.is_empty(),
        })
    }
}

fn decode(part: &str) -> Result<Map<String, Value>, Rejected> {
    URL_SAFE_NO_PAD
        .decode(part)
        .ok()
        .and_then(|json| strict::object(&json))
        .ok_or_else(|| Rejected::NotMine("a part is not a JSON object in base64url".into()))
}

pub(super) fn verify_signature(
    token: &str,
    key: &Arc<Key>,
    algorithm: Algorithm,
) -> Result<(), Rejected> {
    let mut validation = Validation::new(algorithm.library());
    // The claims are checked in the second pass, on a clock of ours.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    jsonwebtoken::decode::<Map<String, Value>>(token, key.decoding(), &validation)
        .map(drop)
        .map_err(|error| Rejected::Invalid(format!("the signature does not hold: {error}").into()))
}

/// A moment in whole seconds. Fractions are cut, and anything but a number that fits is refused.
pub(super) fn seconds(
    claims: &Map<String, Value>,
    name: &'static str,
) -> Result<Option<u64>, Rejected> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    let whole = value.as_u64().or_else(|| {
        let number = value.as_f64()?;
        // Beyond the year 9999 it is no date.
        (0.0..253_402_300_800.0)
            .contains(&number)
            .then(|| Duration::from_secs_f64(number).as_secs())
    });
    whole
        .map(Some)
        .ok_or_else(|| Rejected::Invalid(format!("`{name}` is not a moment").into()))
}

pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items
            .iter()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}

/// A key's name goes into no path and no query, and still has no business with slashes, dots in a row or control characters.
pub(super) fn is_plain(kid: &str) -> bool {
    !kid.is_empty()
        && kid.len() <= 256
        && !kid.contains("..")
        && kid.bytes().all(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'-' | b'_' | b'.' | b'=' | b'+' | b':' | b'/' | b'~')
        })
        && !kid.starts_with('/')
}

pub(super) fn invalid(reason: &'static str) -> Rejected {
    Rejected::Invalid(Cow::Borrowed(reason))
}
