//! Real clients and callers with tokens: they find the issuer, log in, and come back with more scopes when they are asked to.

use serde::Deserialize;

use super::{LEGACY, finish, inspector, node, result};
use crate::served::Served;

/// The server of `examples/05_protected.rs`.
const PROTECTED: &str = env!("CARGO_BIN_EXE_protected");

async fn protected() -> Served {
    Served::with(PROTECTED, &["--dev-issuer"]).await
}

/// What `step_up.mjs` saw.
#[derive(Debug, Deserialize)]
struct Seen {
    read: String,
    deleted: String,
    /// The scopes that each login asked for.
    asked: Vec<String>,
    token: String,
}

async fn steps_up(version: &str, http: &Served) -> Seen {
    let output = finish(&mut node("step_up.mjs", &[version, &http.url])).await;
    assert!(output.status.success(), "{version}: {output:#?}");
    let seen: Seen = serde_json::from_slice(&output.stdout).expect("one line of JSON");
    assert_eq!(seen.read, "note 1 of dev: water the plants", "{version}");
    assert_eq!(seen.deleted, "note 1 is gone", "{version}");
    assert_eq!(
        seen.asked,
        ["notes:read", "notes:read notes:write"],
        "{version}"
    );
    seen
}

#[tokio::test]
async fn typescript_sdks_log_in_and_step_up() {
    let http = protected().await;
    for version in ["v1", "v2"] {
        steps_up(version, &http).await;
    }
}

#[tokio::test]
async fn oauth_conformance() {
    let http = protected().await;
    for revision in ["2025-06-18", LEGACY] {
        let output = finish(&mut node("oauth_conformance.mjs", &[revision, &http.url])).await;
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{revision}: {told}");
        assert!(told.contains(" 0 failed steps"), "{revision}: {told}");
    }
}

#[tokio::test]
async fn the_inspector_is_refused_at_once_and_works_with_a_token() {
    const AUTH_REQUIRED: i32 = 3;
    let http = protected().await;
    let token = steps_up("v2", &http).await.token;
    let bearer = format!("Authorization: Bearer {token}");
    let forged = format!("Authorization: Bearer x{token}");
    let call = [
        "--method",
        "tools/call",
        "--tool-name",
        "read_note",
        "--tool-arg",
        "id=1",
    ];
    for era in ["modern", "legacy"] {
        let ask = |arguments: &[&str]| {
            let arguments = [&call, arguments, &["--stored-auth-only"]].concat();
            inspector(era, &http.url, &arguments)
        };
        for refused in [&[][..], &["--header", &forged]] {
            let output = finish(&mut ask(refused)).await;
            assert_eq!(
                output.status.code(),
                Some(AUTH_REQUIRED),
                "{era}: {output:#?}"
            );
        }
        let output = finish(&mut ask(&["--header", &bearer])).await;
        assert_eq!(output.status.code(), Some(0), "{era}: {output:#?}");
        assert_eq!(
            result(&output)["content"][0]["text"],
            "note 1 of dev: water the plants"
        );
    }
}
