//! What well-known issuers write into their tokens, as their documentation shows it, and what becomes of it.

use serde_json::{Value, json};

use super::super::{Jwt, Rejected, Verifier as _};
use super::corpus::{jwks, now, object, rsa, sign_text};

const AUDIENCE: &str = "our-audience";

/// A token of a preset: its header's `typ`, and its claims but for the times.
struct Sample {
    name: &'static str,
    verifier: Jwt,
    typ: Option<&'static str>,
    claims: Value,
    scopes: &'static [&'static str],
    roles: &'static [&'static str],
    tenant: Option<&'static str>,
}

fn samples() -> Vec<Sample> {
    vec![
        Sample {
            name: "Auth0",
            verifier: Jwt::auth0("acme.eu.auth0.com", AUDIENCE),
            typ: Some("JWT"),
            claims: json!({
                "iss": "https://acme.eu.auth0.com/", "sub": "auth0|5f7c",
                "aud": [AUDIENCE, "https://acme.eu.auth0.com/userinfo"],
                "azp": "client", "scope": "openid crm:read", "org_id": "org_9ybs",
            }),
            scopes: &["crm:read", "openid"],
            roles: &[],
            tenant: Some("org_9ybs"),
        },
        Sample {
            name: "Entra",
            verifier: Jwt::entra("8eaef023", AUDIENCE),
            typ: Some("JWT"),
            claims: json!({
                "iss": "https://login.microsoftonline.com/8eaef023/v2.0", "sub": "pairwise",
                "aud": AUDIENCE, "azp": "client", "scp": "Files.Read Files.Write",
                "roles": ["Editor"], "tid": "8eaef023", "ver": "2.0",
            }),
            scopes: &["Files.Read", "Files.Write"],
            roles: &["Editor"],
            tenant: Some("8eaef023"),
        },
        Sample {
            name: "Okta",
            verifier: Jwt::okta("acme.okta.com", "default", AUDIENCE),
            typ: None,
            claims: json!({
                "iss": "https://acme.okta.com/oauth2/default", "sub": "ada@example.com",
                "aud": AUDIENCE, "cid": "client", "scp": ["crm:read"], "groups": ["Everyone"],
            }),
            scopes: &["crm:read"],
            roles: &["Everyone"],
            tenant: None,
        },
        Sample {
            name: "Keycloak",
            verifier: Jwt::keycloak("https://id.example.com/", "acme", AUDIENCE),
            typ: Some("JWT"),
            claims: json!({
                "iss": "https://id.example.com/realms/acme", "sub": "f:1:ada", "typ": "Bearer",
                "aud": [AUDIENCE, "account"], "azp": "client", "scope": "email profile",
                "realm_access": {"roles": ["editor"]},
            }),
            scopes: &["email", "profile"],
            roles: &["editor"],
            tenant: None,
        },
        Sample {
            name: "WorkOS",
            verifier: Jwt::workos("https://acme.authkit.app", AUDIENCE),
            typ: None,
            claims: json!({
                "iss": "https://acme.authkit.app", "sub": "user_01", "aud": AUDIENCE,
                "org_id": "org_01", "role": "admin", "scope": "crm:read",
            }),
            scopes: &["crm:read"],
            roles: &["admin"],
            tenant: Some("org_01"),
        },
        Sample {
            name: "Google",
            verifier: Jwt::google(AUDIENCE),
            typ: Some("JWT"),
            claims: json!({
                "iss": "https://accounts.google.com", "sub": "1103", "aud": AUDIENCE,
                "azp": "client", "hd": "example.com", "email": "ada@example.com",
            }),
            scopes: &[],
            roles: &[],
            tenant: Some("example.com"),
        },
        Sample {
            name: "Cognito",
            verifier: Jwt::cognito("eu-west-1", "eu-west-1_AbCdEf", AUDIENCE),
            typ: None,
            claims: json!({
                "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf",
                "sub": "aaaaaaaa-bbbb", "client_id": AUDIENCE, "token_use": "access",
                "scope": "notes/read", "cognito:groups": ["editors"], "username": "ada",
            }),
            scopes: &["notes/read"],
            roles: &["editors"],
            tenant: None,
        },
    ]
}

fn token(typ: Option<&str>, claims: &Value) -> String {
    let mut header = json!({"alg": "RS256", "kid": "rsa"});
    if let Some(typ) = typ {
        header["typ"] = json!(typ);
    }
    let mut claims = object(claims.clone());
    claims.insert("exp".to_owned(), json!(now() + 3600));
    claims.insert("iat".to_owned(), json!(now()));
    let claims = Value::Object(claims).to_string();
    sign_text(
        &header.to_string(),
        &claims,
        &rsa(),
        jsonwebtoken::Algorithm::RS256,
    )
}

#[tokio::test]
async fn each_issuers_own_tokens_are_understood() {
    for sample in samples() {
        let name = sample.name;
        let verifier = sample.verifier.with_keys(&jwks());
        let verified = verifier.verify(&token(sample.typ, &sample.claims)).await;
        let principal = verified
            .unwrap_or_else(|error| panic!("{name}: {error:?}"))
            .principal;
        assert_eq!(principal.issuer(), sample.claims["iss"], "{name}");
        assert_eq!(principal.subject(), sample.claims["sub"], "{name}");
        assert_eq!(
            principal.granted_scopes().collect::<Vec<_>>(),
            sample.scopes,
            "{name}"
        );
        assert_eq!(
            principal.roles().collect::<Vec<_>>(),
            sample.roles,
            "{name}"
        );
        assert_eq!(principal.tenant_id(), sample.tenant, "{name}");
    }
}

#[tokio::test]
async fn each_issuers_tokens_for_others_are_refused() {
    for sample in samples() {
        let verifier = sample.verifier.with_keys(&jwks());
        let audience = if sample.name == "Cognito" {
            "client_id"
        } else {
            "aud"
        };
        for (claim, value) in [
            (audience, json!("somebody-else")),
            (audience, Value::Null),
            ("iss", json!("https://evil.example.com")),
        ] {
            let mut claims = sample.claims.clone();
            claims[claim] = value;
            let verified = verifier.verify(&token(sample.typ, &claims)).await;
            assert!(verified.is_err(), "{}: {claims}", sample.name);
        }
    }
}

/// What each issuer writes into the ID token of the same user, for an application whose id somebody took for the audience.
fn id_tokens() -> Vec<(&'static str, Jwt, Value)> {
    vec![
        (
            "Auth0",
            Jwt::auth0("acme.eu.auth0.com", "https://api.example.com"),
            json!({
                "iss": "https://acme.eu.auth0.com/", "sub": "auth0|5f7c", "aud": "client",
                "nonce": "n", "sid": "s", "email": "ada@example.com",
            }),
        ),
        (
            "Entra",
            Jwt::entra("8eaef023", AUDIENCE),
            json!({
                "iss": "https://login.microsoftonline.com/8eaef023/v2.0", "sub": "pairwise",
                "aud": AUDIENCE, "tid": "8eaef023", "ver": "2.0", "nonce": "n", "oid": "o",
                "preferred_username": "ada@example.com",
            }),
        ),
        (
            "Okta",
            Jwt::okta("acme.okta.com", "default", "api://default"),
            json!({
                "iss": "https://acme.okta.com/oauth2/default", "sub": "00u1", "aud": "client",
                "amr": ["pwd"], "idp": "00o1", "nonce": "n",
            }),
        ),
        (
            "Keycloak",
            Jwt::keycloak("https://id.example.com/", "acme", AUDIENCE),
            json!({
                "iss": "https://id.example.com/realms/acme", "sub": "f:1:ada", "typ": "ID",
                "aud": AUDIENCE, "azp": AUDIENCE, "nonce": "n", "sid": "s", "acr": "1",
            }),
        ),
        (
            "Keycloak, refresh token",
            Jwt::keycloak("https://id.example.com/", "acme", AUDIENCE),
            json!({
                "iss": "https://id.example.com/realms/acme", "sub": "f:1:ada", "typ": "Refresh",
                "aud": AUDIENCE, "azp": AUDIENCE, "scope": "email",
            }),
        ),
        (
            "WorkOS",
            Jwt::workos("https://acme.authkit.app", "https://mcp.example.com"),
            json!({
                "iss": "https://acme.authkit.app", "sub": "user_01", "aud": "client_01",
                "sid": "session_01", "nonce": "n",
            }),
        ),
        (
            "Cognito",
            Jwt::cognito("eu-west-1", "eu-west-1_AbCdEf", AUDIENCE),
            json!({
                "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf",
                "sub": "aaaaaaaa-bbbb", "aud": AUDIENCE, "token_use": "id", "email": "a@b.c",
            }),
        ),
    ]
}

#[tokio::test]
async fn each_issuers_id_tokens_are_refused() {
    for (name, verifier, claims) in id_tokens() {
        let verifier = verifier.with_keys(&jwks());
        for typ in [Some("JWT"), None] {
            let verified = verifier.verify(&token(typ, &claims)).await;
            assert!(
                matches!(verified, Err(Rejected::Invalid(_))),
                "{name}: {verified:?}"
            );
        }
    }
}

#[tokio::test]
async fn entra_names_a_scope_or_a_role_in_what_is_an_access_token() {
    let verifier = || Jwt::entra("8eaef023", AUDIENCE).with_keys(&jwks());
    for (claim, value) in [("scp", json!("Files.Read")), ("roles", json!(["Editor"]))] {
        let (.., mut claims) = id_tokens().swap_remove(1);
        claims[claim] = value;
        let verified = verifier().verify(&token(Some("JWT"), &claims)).await;
        assert!(verified.is_ok(), "{claim}: {verified:?}");
    }
}

#[test]
fn what_stands_for_every_directory_of_entra_is_none() {
    for tenant in ["common", "organizations", "consumers", "Common"] {
        let error = Jwt::entra(tenant, AUDIENCE)
            .start()
            .unwrap_err()
            .to_string();
        assert!(error.contains(tenant) && error.contains("help:"), "{error}");
    }
    assert!(Jwt::entra("8eaef023", AUDIENCE).start().is_ok());
}

#[tokio::test]
async fn an_id_token_is_no_access_token() {
    let mut claims = json!({
        "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf", "sub": "a",
        "client_id": AUDIENCE, "token_use": "id",
    });
    let verifier = Jwt::cognito("eu-west-1", "eu-west-1_AbCdEf", AUDIENCE).with_keys(&jwks());
    assert!(verifier.verify(&token(None, &claims)).await.is_err());
    claims["token_use"] = json!("access");
    assert!(verifier.verify(&token(None, &claims)).await.is_ok());
}
