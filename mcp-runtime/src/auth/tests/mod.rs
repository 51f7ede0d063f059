//! Tokens that must hold and tokens that must not, against one issuer with four keys.

mod corpus;
mod presets;
mod reference;

use std::time::Duration;

use jsonwebtoken::{Algorithm as Library, EncodingKey};
use serde_json::{Map, Value, json};

use self::corpus::{
    AUDIENCE, ISSUER, benign, claims, ec, ec384, ed, encode, header, hostile, jwks, now, object,
    rsa, sign, sign_text, with, with_header,
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
        ("ES384", "ec384", ec384(), Library::ES384),
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
    for (name, algorithm) in [
        ("HS256", Library::HS256),
        ("HS384", Library::HS384),
        ("HS512", Library::HS512),
    ] {
        let header = json!({"alg": name, "typ": "at+jwt"}).to_string();
        let claims = serde_json::to_string(&claims()).unwrap();
        let key = EncodingKey::from_secret(secret);
        let token = sign_text(&header, &claims, &key, algorithm);
        assert!(verifier.verify(&token).await.is_ok(), "{name}");
        assert!(self::verifier().verify(&token).await.is_err(), "{name}");
        let other = EncodingKey::from_secret(b"another secret of as many bytes");
        let forged = sign_text(&header, &claims, &other, algorithm);
        assert!(verifier.verify(&forged).await.is_err(), "{name}");
    }
    let asymmetric = sign(&header("RS256", "rsa"), &claims());
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

/// What is said of a token that claims to be the issuer's is the last word: no other verifier is asked about it.
#[tokio::test]
async fn a_token_of_the_issuers_is_invalid_and_one_of_anothers_is_not_its_business() {
    let hours_ago = |claims: &mut Map<String, Value>| {
        claims.insert("exp".to_owned(), json!(now() - 7200));
        claims.insert("iat".to_owned(), json!(now() - 9000));
    };
    let mut old = claims();
    hours_ago(&mut old);
    let text = serde_json::to_string(&claims()).unwrap();
    let unsigned = |header: &str| format!("{}.{}.", encode(header), encode(&text));
    for token in [
        with("aud", json!("somebody-else")),
        sign(&header("RS256", "rsa"), &old),
        sign(&header("RS256", "nobody"), &claims()),
        with_header("typ", json!("JWT")),
        with_header("alg", json!("HS256")),
        with_header("crit", json!(["exp"])),
        with("cnf", json!({"jkt": "x"})),
        unsigned(r#"{"alg":"none"}"#),
    ] {
        let refused = verify(&token).await;
        assert!(matches!(refused, Err(Rejected::Invalid(_))), "{refused:?}");
    }
    let mut others = claims();
    others.insert("iss".to_owned(), json!("https://other.example.com"));
    for header in [
        header("RS256", "rsa"),
        header("HS256", "rsa"),
        object(json!({"alg": "RS256", "typ": "JWT", "crit": ["x"]})),
    ] {
        let refused = verify(&sign(&header, &others)).await;
        assert!(matches!(refused, Err(Rejected::NotMine(_))), "{refused:?}");
    }
}

#[test]
fn a_set_of_more_than_a_hundred_keys_is_nobodys() {
    let mut set: Value = serde_json::from_str(&jwks()).unwrap();
    let key = set["keys"][0].clone();
    set["keys"] = Value::Array(vec![key.clone(); 100]);
    assert!(Jwt::keys(ISSUER, &set.to_string()).is_ok());
    set["keys"].as_array_mut().unwrap().push(key);
    let error = Jwt::keys(ISSUER, &set.to_string()).unwrap_err().to_string();
    assert!(error.contains("more than 100 keys"), "{error}");
}

#[test]
fn a_verifier_without_an_audience_refuses_to_start() {
    let verifier = Jwt::keys(ISSUER, &jwks()).unwrap();
    let error = verifier.start().unwrap_err().to_string();
    assert!(error.contains(".audience("), "{error}");
}
