//! From claims to a principal: the parts that signed and introspected tokens share.

use serde_json::{Map, Value};

use super::Rejected;
use crate::error::ServerError;
use crate::principal::Principal;

/// Whether the token was issued for one of ours, each to the letter (RFC 7519, section 4.1.3).
pub(super) fn is_audience(ours: &[String], claim: Option<&Value>) -> bool {
    let is_ours = |value: &Value| {
        let value = value.as_str();
        value.is_some_and(|value| ours.iter().any(|ours| ours == value))
    };
    match claim {
        Some(Value::Array(audiences)) => {
            audiences.iter().all(Value::is_string) && audiences.iter().any(is_ours)
        }
        Some(audience) => is_ours(audience),
        None => false,
    }
}

/// The principal with its claims, its scopes (`scope`, RFC 8693 section 4.2, and `scp`) and its client (`client_id`, `azp`).
pub(super) fn fill(
    mut principal: Principal,
    claims: &Map<String, Value>,
) -> Result<Principal, Rejected> {
    for (name, value) in claims {
        principal = principal.claim(name, value.clone());
    }
    for claim in ["scope", "scp"] {
        principal = principal.scopes(scopes(claims.get(claim))?);
    }
    let client = claims.get("client_id").or_else(|| claims.get("azp"));
    Ok(match client.and_then(Value::as_str) {
        Some(client) => principal.client_id(client),
        None => principal,
    })
}

/// Scopes as a list of words, or as texts in an array. Each word counts to the letter.
fn scopes(claim: Option<&Value>) -> Result<Vec<String>, Rejected> {
    match claim {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(words)) => Ok(words
            .split(' ')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| match item.as_str() {
                Some(scope) if !scope.is_empty() && !scope.contains(' ') => Ok(scope.to_owned()),
                _ => Err(Rejected::Invalid("a scope is not a word".into())),
            })
            .collect(),
        Some(_) => Err(Rejected::Invalid(
            "the scopes are neither a text nor an array".into(),
        )),
    }
}

pub(super) fn no_audience(issuer: &str) -> ServerError {
    ServerError::new(format!(
        "tokens of `{issuer}` are taken for no audience\n  help: name the server's own address, as clients know it: `.audience(\"https://mcp.example.com/mcp\")`"
    ))
}
