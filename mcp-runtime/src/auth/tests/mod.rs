//! Tokens that must hold and tokens that must not, against one issuer with three keys.

mod corpus;
mod presets;
mod reference;

use std::time::Duration;

use jsonwebtoken::{Algorithm as Library, EncodingKey};
use serde_json::json;

use self::corpus::{
    AUDIENCE, ISSUER, benign, claims, ec, ed, header, hostile, jwks, rsa, sign, sign_text,
};
use super::{Algorithm, Jwt, Rejected, Verified, Verifier as _};

fn verifier() -> Jwt {
    Jwt::keys(ISSUER, &jwks()).unwrap().audience(AUDIENCE)
}

async fn verify(token: &str) -> Result<Verified, Rejected> {
    verifier().verify(token).await
}

#[tokio::test]
async fn a_genuine_token_names_its_caller() {
    let token = sign(&header("RS256", "rsa"), &claims());
    let principal = verify(&token).await.unwrap().principal;
    assert_eq!(principal.issuer(), ISSUER);
    assert_eq!(principal.subject(), "ada");
    assert_eq!(principal.client(), Some("desk"));
    let scopes: Vec<_> = principal.granted_scopes().collect();
    assert_eq!(scopes, ["crm:read", "crm:write"]);
}

#[tokio::test]
async fn every_algorithm_with_a_public_key_is_taken() {
    let keys = [
        ("RS256", "rsa", rsa(), Library::RS256),
        ("RS384", "rsa", rsa(), Library::RS384),
        ("RS512", "rsa", rsa(), Library::RS512),
        ("PS256", "rsa", rsa(), Library::PS256),
        ("PS384", "rsa", rsa(), Library::PS384),
        ("PS512", "rsa", rsa(), Library::PS512),
        ("ES256", "ec", ec(), Library::ES256),
        ("EdDSA", "ed", ed(), Library::EdDSA),
    ];
    for (name, kid, key, algorithm) in keys {
        let header = serde_json::to_string(&header(name, kid)).unwrap();
        let claims = serde_json::to_string(&claims()).unwrap();
        let token = sign_text(&header, &claims, &key, algorithm);
        assert!(verify(&token).await.is_ok(), "{name}");
    }
}

#[tokio::test]
async fn what_issuers_do_within_the_rules_is_taken() {
    for (name, token) in benign() {
        let verified = verify(&token).await;
        assert!(verified.is_ok(), "{name}: {verified:?}");
    }
}

#[tokio::test]
async fn no_hostile_token_is_taken() {
    let cases = hostile();
    assert!(cases.len() >= 60, "only {} cases", cases.len());
    for (name, token) in cases {
        let verified = verify(&token).await;
        assert!(
            matches!(verified, Err(Rejected::Invalid(_) | Rejected::NotMine(_))),
            "{name}: {verified:?}"
        );
    }
}

#[tokio::test]
async fn no_bit_of_a_token_can_be_changed() {
    let good = sign(&header("RS256", "rsa"), &claims());
    for index in (0..good.len()).step_by(7) {
        let mut bytes = good.clone().into_bytes();
        bytes[index] ^= 1;
        let Ok(changed) = String::from_utf8(bytes) else {
            continue;
        };
        assert!(verify(&changed).await.is_err(), "at {index}");
    }
}

#[tokio::test]
async fn a_secret_is_used_only_where_it_is_asked_for() {
    let secret = b"0123456789abcdef0123456789abcdef";
    let verifier = Jwt::secret(ISSUER, secret).unwrap().audience(AUDIENCE);
    let header = json!({"alg": "HS256", "typ": "at+jwt"}).to_string();
    let claims = serde_json::to_string(&claims()).unwrap();
    let key = EncodingKey::from_secret(secret);
    let token = sign_text(&header, &claims, &key, Library::HS256);
    assert!(verifier.verify(&token).await.is_ok());
    let asymmetric = sign(&self::header("RS256", "rsa"), &self::claims());
    assert!(verifier.verify(&asymmetric).await.is_err());
    assert!(Jwt::secret(ISSUER, b"short").is_err());
}

#[tokio::test]
async fn only_the_listed_algorithms_are_taken() {
    let verifier = verifier().algorithms([Algorithm::ES256]);
    let token = sign(&header("RS256", "rsa"), &claims());
    assert!(verifier.verify(&token).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_token_ends_while_the_server_runs() {
    let verifier = verifier();
    let token = sign(&header("RS256", "rsa"), &claims());
    assert!(verifier.verify(&token).await.is_ok());
    tokio::time::advance(Duration::from_secs(400)).await;
    assert!(verifier.verify(&token).await.is_err());
}

#[test]
fn a_verifier_without_an_audience_refuses_to_start() {
    let verifier = Jwt::keys(ISSUER, &jwks()).unwrap();
    let error = verifier.start().unwrap_err().to_string();
    assert!(error.contains(".audience("), "{error}");
}
