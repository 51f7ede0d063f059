//! A principal in a file: `{"subject": "ada", "scopes": ["crm:read"]}`.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::{Result, ServerError};
use crate::principal::Principal;

/// A principal in a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    subject: String,
    #[serde(default)]
    issuer: Option<String>,
    #[serde(default)]
    tenant: Option<String>,
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    claims: Map<String, Value>,
}

/// Reads the principal that a file describes.
pub(super) fn read_principal(file: &Path) -> Result<Principal> {
    let shown = file.display();
    let cannot = |error| ServerError::because(format!("cannot read `{shown}`"), error);
    let text = std::fs::read_to_string(file).map_err(cannot)?;
    let described: Described = serde_json::from_str(&text).map_err(|error| {
        ServerError::new(format!(
            "`{shown}` describes no principal: {error}\n  help: write {{\"subject\": \"ada\", \"scopes\": [\"crm:read\"]}}"
        ))
    })?;
    Ok(described.into())
}

impl From<Described> for Principal {
    fn from(described: Described) -> Self {
        let principal = match described.issuer {
            Some(issuer) => Self::new(issuer, described.subject),
            None => Self::local(described.subject),
        };
        let principal = principal.scopes(described.scopes);
        let principal = described.roles.into_iter().fold(principal, Self::role);
        let principal = described.tenant.into_iter().fold(principal, Self::tenant);
        let principal = described
            .client_id
            .into_iter()
            .fold(principal, Self::client_id);
        described
            .claims
            .into_iter()
            .fold(principal, |principal, (name, value)| {
                principal.claim(name, value)
            })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_principal_is_described_in_full() {
        let described: Described = serde_json::from_value(json!({
        "subject": "ada", "issuer": "https://id.example.com", "tenant": "navy", "client_id": "desk",
        "scopes": ["crm:read"], "roles": ["editor"], "claims": {"org": {"id": 7}},
    }))
    .unwrap();
        let expected = Principal::new("https://id.example.com", "ada")
            .tenant("navy")
            .client_id("desk")
            .scope("crm:read")
            .role("editor")
            .claim("org", json!({"id": 7}));
        assert_eq!(Principal::from(described), expected);
    }
}
