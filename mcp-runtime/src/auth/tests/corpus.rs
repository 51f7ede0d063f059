//! One issuer with four keys, and tokens that must hold and that must not. The tests over HTTP take the same ones.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm as Library, EncodingKey};
use serde_json::{Map, Value, json};

pub(super) const ISSUER: &str = "https://id.example.com";
pub(super) const AUDIENCE: &str = "https://mcp.example.com/mcp";

// Made for these tests, and used nowhere else.
pub(super) const RSA: &[u8] = include_bytes!("rsa.pem");
pub(super) const OTHER_RSA: &[u8] = include_bytes!("other_rsa.pem");
pub(super) const RSA_PUBLIC: &[u8] = include_bytes!("rsa_public.pem");
pub(super) const EC: &[u8] = include_bytes!("ec.pem");
pub(super) const EC384: &[u8] = include_bytes!("ec384.pem");
pub(super) const ED: &[u8] = include_bytes!("ed.pem");

pub(super) fn rsa() -> EncodingKey {
    EncodingKey::from_rsa_pem(RSA).unwrap()
}

pub(super) fn ec() -> EncodingKey {
    EncodingKey::from_ec_pem(EC).unwrap()
}

pub(super) fn ec384() -> EncodingKey {
    EncodingKey::from_ec_pem(EC384).unwrap()
}

pub(super) fn ed() -> EncodingKey {
    EncodingKey::from_ed_pem(ED).unwrap()
}

pub(super) fn jwks() -> String {
    let key = |key: &EncodingKey, algorithm, id: &str| {
        let mut jwk = Jwk::from_encoding_key(key, algorithm).unwrap();
        jwk.common.key_id = Some(id.to_owned());
        jwk.common.key_algorithm = None;
        jwk
    };
    let set = JwkSet {
        keys: vec![
            key(&rsa(), Library::RS256, "rsa"),
            key(&ec(), Library::ES256, "ec"),
            key(&ec384(), Library::ES384, "ec384"),
            key(&ed(), Library::EdDSA, "ed"),
        ],
    };
    serde_json::to_string(&set).unwrap()
}

pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap().as_secs()
}

pub(super) fn claims() -> Map<String, Value> {
    object(json!({
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "ada",
        "exp": now() + 300,
        "iat": now(),
        "scope": "crm:read crm:write",
        "client_id": "desk",
    }))
}

pub(super) fn header(algorithm: &str, kid: &str) -> Map<String, Value> {
    object(json!({"alg": algorithm, "kid": kid, "typ": "at+jwt"}))
}

pub(super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => panic!("not an object"),
    }
}

pub(super) fn encode(part: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(part)
}

/// Signs whatever header and claims, whether or not they make sense.
pub(super) fn sign_text(
    header: &str,
    claims: &str,
    key: &EncodingKey,
    algorithm: Library,
) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

pub(super) fn sign(header: &Map<String, Value>, claims: &Map<String, Value>) -> String {
    let text = |part: &Map<String, Value>| serde_json::to_string(part).unwrap();
    sign_text(&text(header), &text(claims), &rsa(), Library::RS256)
}

pub(super) fn with(name: &str, value: Value) -> String {
    let mut claims = claims();
    claims.insert(name.to_owned(), value);
    sign(&header("RS256", "rsa"), &claims)
}

pub(super) fn without(name: &str) -> String {
    let mut claims = claims();
    claims.remove(name);
    sign(&header("RS256", "rsa"), &claims)
}

pub(super) fn with_header(name: &str, value: Value) -> String {
    let mut header = header("RS256", "rsa");
    header.insert(name.to_owned(), value);
    sign(&header, &claims())
}

/// What issuers do within the rules.
pub(super) fn benign() -> Vec<(&'static str, String)> {
    vec![
        (
            "several audiences",
            with("aud", json!(["https://other.example.com", AUDIENCE])),
        ),
        ("in force since a while", with("nbf", json!(now() - 60))),
        (
            "in force in a moment: clocks differ",
            with("nbf", json!(now() + 20)),
        ),
        (
            "expired a moment ago: clocks differ",
            with("exp", json!(now() - 10)),
        ),
        (
            "a fractional moment",
            with("exp", json!((now() + 300) as f64 + 0.5)),
        ),
        ("no iat", without("iat")),
        ("no scopes", without("scope")),
        ("scopes in scp", with("scp", json!(["crm:admin"]))),
        ("unicode in a claim", with("name", json!("Ada Łovelace 🦀"))),
        (
            "nested claims",
            with("realm_access", json!({"roles": ["editor"]})),
        ),
        (
            "the long type",
            with_header("typ", json!("application/at+jwt")),
        ),
        ("another case", with_header("typ", json!("AT+JWT"))),
        ("unused header fields", with_header("x5t", json!("abc"))),
        (
            "an address of keys, ignored",
            with_header("jku", json!("https://evil.example.com/jwks")),
        ),
    ]
}

/// Every way in that is known, each as one token.
pub(super) fn hostile() -> Vec<(&'static str, String)> {
    let good = sign(&header("RS256", "rsa"), &claims());
    let parts: Vec<&str> = good.split('.').collect();
    let (h, c, s) = (parts[0], parts[1], parts[2]);
    let claims_text = serde_json::to_string(&claims()).unwrap();
    let header_text = serde_json::to_string(&header("RS256", "rsa")).unwrap();
    let unsigned = |algorithm: &str| {
        let header = json!({"alg": algorithm, "typ": "at+jwt"}).to_string();
        format!("{}.{c}.", encode(header))
    };
    let confused = |secret: &[u8], kid: &str| {
        let header = json!({"alg": "HS256", "typ": "at+jwt", "kid": kid}).to_string();
        let key = EncodingKey::from_secret(secret);
        sign_text(&header, &claims_text, &key, Library::HS256)
    };
    let other = EncodingKey::from_rsa_pem(OTHER_RSA).unwrap();
    let mut cases = vec![
        // Unsigned and confused algorithms.
        ("alg none", unsigned("none")),
        ("alg None", unsigned("None")),
        ("alg NONE", unsigned("NONE")),
        ("alg nOnE", unsigned("nOnE")),
        ("alg empty", unsigned("")),
        (
            "alg none with a signature",
            format!("{}.{c}.{s}", encode(r#"{"alg":"none","typ":"at+jwt"}"#)),
        ),
        (
            "alg missing",
            format!("{}.{c}.{s}", encode(r#"{"typ":"at+jwt"}"#)),
        ),
        ("alg is a list", with_header("alg", json!(["RS256"]))),
        ("alg in lower case", with_header("alg", json!("rs256"))),
        ("alg unknown", with_header("alg", json!("RS1"))),
        ("the public key as a secret", confused(RSA_PUBLIC, "rsa")),
        (
            "the public key as a secret, without an id",
            confused(RSA_PUBLIC, ""),
        ),
        ("an empty secret", confused(b"", "rsa")),
        ("a guessed secret", confused(b"secret", "rsa")),
        (
            "RS256 under an EC key's id",
            sign(&header("RS256", "ec"), &claims()),
        ),
        ("ES256 under an RSA key's id", {
            let header = serde_json::to_string(&header("ES256", "rsa")).unwrap();
            sign_text(&header, &claims_text, &ec(), Library::ES256)
        }),
        (
            "PS256 said, RS256 done",
            sign(&header("PS256", "rsa"), &claims()),
        ),
        (
            "signed by another key",
            sign_text(&header_text, &claims_text, &other, Library::RS256),
        ),
        // Keys that the token brings along or points to.
        ("its own jwk, signed by it", {
            let jwk = Jwk::from_encoding_key(&other, Library::RS256).unwrap();
            let header = json!({"alg": "RS256", "typ": "at+jwt", "jwk": jwk}).to_string();
            sign_text(&header, &claims_text, &other, Library::RS256)
        }),
        ("an address of keys, signed by them", {
            let header = json!({"alg": "RS256", "typ": "at+jwt", "kid": "rsa", "jku": "https://evil.example.com"});
            sign_text(&header.to_string(), &claims_text, &other, Library::RS256)
        }),
        ("kid unknown", sign(&header("RS256", "nobody"), &claims())),
        ("kid empty", sign(&header("RS256", ""), &claims())),
        (
            "kid is a path",
            sign(&header("RS256", "../../dev/null"), &claims()),
        ),
        (
            "kid is an absolute path",
            sign(&header("RS256", "/dev/null"), &claims()),
        ),
        (
            "kid is a query",
            sign(&header("RS256", "x' UNION SELECT 'key"), &claims()),
        ),
        (
            "kid holds a NUL",
            sign(&header("RS256", "rsa\0"), &claims()),
        ),
        ("kid is a number", with_header("kid", json!(1))),
        ("kid is a list", with_header("kid", json!(["rsa"]))),
        (
            "kid is endless",
            sign(&header("RS256", &"k".repeat(4096)), &claims()),
        ),
        // What must be understood and is not.
        ("crit unknown", with_header("crit", json!(["exp-soon"]))),
        ("crit empty", with_header("crit", json!([]))),
        (
            "crit known to nobody here",
            with_header("crit", json!(["b64"])),
        ),
        ("b64 false", with_header("b64", json!(false))),
        ("typ of an ID token", with_header("typ", json!("JWT"))),
        (
            "typ of a logout token",
            with_header("typ", json!("logout+jwt")),
        ),
        ("typ is a number", with_header("typ", json!(7))),
        ("typ missing", {
            let mut header = header("RS256", "rsa");
            header.remove("typ");
            sign(&header, &claims())
        }),
        // Times.
        ("exp missing", without("exp")),
        ("exp past", with("exp", json!(now() - 31))),
        ("exp long past", with("exp", json!(0))),
        ("exp negative", with("exp", json!(-1))),
        (
            "exp is a text",
            with("exp", json!((now() + 300).to_string())),
        ),
        ("exp is a list", with("exp", json!([now() + 300]))),
        ("exp null", with("exp", Value::Null)),
        ("exp endless", with("exp", json!(1e300))),
        (
            "exp in a hundred years",
            with("exp", json!(now() + 3_153_600_000_u64)),
        ),
        ("nbf in the future", with("nbf", json!(now() + 120))),
        ("nbf is a text", with("nbf", json!("now"))),
        ("iat in the future", with("iat", json!(now() + 120))),
        ("iat is a text", with("iat", json!("now"))),
        // Audience, issuer, subject.
        ("aud missing", without("aud")),
        (
            "aud of another server",
            with("aud", json!("https://other.example.com/mcp")),
        ),
        (
            "aud with a longer path",
            with("aud", json!(format!("{AUDIENCE}/x"))),
        ),
        (
            "aud with a slash",
            with("aud", json!(format!("{AUDIENCE}/"))),
        ),
        (
            "aud in another case",
            with("aud", json!(AUDIENCE.to_uppercase())),
        ),
        ("aud empty", with("aud", json!(""))),
        ("aud empty list", with("aud", json!([]))),
        ("aud list with a number", with("aud", json!([AUDIENCE, 1]))),
        ("aud is an object", with("aud", json!({"aud": AUDIENCE}))),
        ("aud wildcard", with("aud", json!("*"))),
        ("iss missing", without("iss")),
        (
            "iss of another issuer",
            with("iss", json!("https://evil.example.com")),
        ),
        ("iss with a slash", with("iss", json!(format!("{ISSUER}/")))),
        ("iss is a list", with("iss", json!([ISSUER]))),
        ("iss by http", with("iss", json!("http://id.example.com"))),
        ("sub missing", without("sub")),
        ("sub empty", with("sub", json!(""))),
        ("sub is a number", with("sub", json!(7))),
        ("sub is a list", with("sub", json!(["ada"]))),
        // Scopes that are not words, and a proof nobody checks.
        ("scope is a number", with("scope", json!(1))),
        (
            "scope is an object",
            with("scope", json!({"crm:read": true})),
        ),
        ("scp holds a number", with("scp", json!(["a", 1]))),
        ("scp holds two words in one", with("scp", json!(["a b"]))),
        ("bound to a key", with("cnf", json!({"jkt": "x"}))),
        // Doubled names: two readers, two callers.
        ("sub twice", {
            let claims = claims_text.replacen('{', r#"{"sub":"admin","#, 1);
            sign_text(&header_text, &claims, &rsa(), Library::RS256)
        }),
        ("alg twice", {
            let header = header_text.replacen('{', r#"{"alg":"none","#, 1);
            sign_text(&header, &claims_text, &rsa(), Library::RS256)
        }),
        ("a nested name twice", {
            let claims = claims_text.replacen('{', r#"{"x":{"a":1,"a":2},"#, 1);
            sign_text(&header_text, &claims, &rsa(), Library::RS256)
        }),
        // Broken form.
        ("nothing", String::new()),
        ("dots", "..".to_owned()),
        ("one part", h.to_owned()),
        ("two parts", format!("{h}.{c}")),
        ("four parts", format!("{good}.{s}")),
        ("five parts: encrypted", format!("{good}.{s}.{s}")),
        ("a token in a token", {
            let claims = serde_json::to_string(&good).unwrap();
            sign_text(&header_text, &claims, &rsa(), Library::RS256)
        }),
        ("no signature", format!("{h}.{c}.")),
        ("half a signature", format!("{h}.{c}.{}", &s[..s.len() / 2])),
        ("padding", format!("{h}=.{c}.{s}")),
        ("a leading space", format!(" {good}")),
        ("a newline inside", format!("{h}.\n{c}.{s}")),
        ("the scheme left on", format!("Bearer {good}")),
        ("header not JSON", format!("{}.{c}.{s}", encode("{nope"))),
        (
            "claims not JSON",
            sign_text(&header_text, "{nope", &rsa(), Library::RS256),
        ),
        (
            "claims a list",
            sign_text(&header_text, "[]", &rsa(), Library::RS256),
        ),
        (
            "claims with a tail",
            sign_text(
                &header_text,
                &format!("{claims_text} x"),
                &rsa(),
                Library::RS256,
            ),
        ),
        (
            "standard base64",
            good.replace('-', "+").replace('_', "/") + "=",
        ),
        ("other claims under this signature", {
            let claims = claims_text.replace("ada", "bob");
            format!("{h}.{}.{s}", encode(claims))
        }),
        ("other header under this signature", {
            let header = header_text.replace("at+jwt", "AT+JWT");
            format!("{}.{c}.{s}", encode(header))
        }),
    ];
    let filler = "x".repeat(16 * 1024);
    cases.push(("longer than 16 KiB", with("filler", json!(filler))));
    cases
}
