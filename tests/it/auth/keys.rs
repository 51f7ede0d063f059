//! API keys: who has one, who has not, and what comes with it.

use mcp_runtime::auth::{ApiKeys, from};

use super::*;

const READER: &str = "8c1f0a6d5be24f0f9a3f6f0b4c7d2e91";
const WRITER: &str = "1b9e77c05d0c4a7f8a2e6d4f3c5b7a90";

/// Their SHA-256, as `printf %s KEY | sha256sum` prints it.
const HASHES: [&str; 2] = [
    "36c968a0ec86d482179fd59c026dd114771f9fdf366ad66c447ee9bc2552247a",
    "63767bb92bbdc50ac1852814e0b40a30a0d0f9d4a6f298687b56d94b335bc053",
];

/// Name the caller's tenant.
#[tool(read_only, auth = "user")]
async fn tenant(caller: Caller) -> String {
    caller.tenant_id().unwrap_or("none").to_owned()
}

fn keys() -> ApiKeys {
    let reader = Principal::new("keys", "report-job")
        .scope("notes:read")
        .tenant("acme");
    let writer = Principal::new("keys", "import-job").scopes(["notes:read", "notes:write"]);
    ApiKeys::new()
        .hash(HASHES[0], reader)
        .hash(&HASHES[1].to_uppercase(), writer)
}

fn server() -> Server {
    closed().mount(tools![tenant]).auth(keys())
}

#[tokio::test]
async fn a_key_is_taken_for_the_caller_it_was_given_to() {
    let client = connect(server()).await;
    for era in ERAS {
        let note = Asking::new(&client, era)
            .token(READER)
            .call("read_note")
            .await;
        assert_eq!(note.text(), "a note of report-job", "{era:?}");
        let note = Asking::new(&client, era)
            .token(WRITER)
            .call("read_note")
            .await;
        assert_eq!(note.text(), "a note of import-job", "{era:?}");
    }
}

#[tokio::test]
async fn a_key_has_the_scopes_it_was_given_and_no_others() {
    let client = connect(server()).await;
    for era in ERAS {
        let delete = |key: &'static str| Asking::new(&client, era).token(key).call("delete_note");
        assert_eq!(delete(WRITER).await.text(), "gone", "{era:?}");
        let refused = delete(READER).await;
        assert_eq!(refused.status, 403, "{era:?}");
        let challenge = refused.challenge.unwrap();
        assert!(
            challenge.contains("scope=\"notes:read notes:write\""),
            "{challenge}"
        );
        // There is no authorization server to send anybody to.
        assert!(!challenge.contains("resource_metadata"), "{challenge}");
    }
}

#[tokio::test]
async fn what_is_no_key_is_refused() {
    let client = connect(server()).await;
    let spaced = format!("{READER} {READER}");
    let long = "a".repeat(16 * 1024 + 1);
    let cut = &READER[1..];
    let capitals = READER.to_uppercase();
    for era in ERAS {
        // One that nobody has, a part of one, one in other letters, and what is kept of one.
        for key in [
            "unknown", cut, &capitals, HASHES[0], &spaced, &long, "", "\"key\"",
        ] {
            let answer = Asking::new(&client, era).token(key).call("read_note").await;
            assert_eq!(answer.status, 401, "{era:?} {key:.40}");
            let challenge = answer.challenge.unwrap();
            assert!(challenge.contains("invalid_token"), "{challenge}");
            assert!(!answer.body.to_string().contains(READER));
        }
        for header in [format!("Basic {READER}"), READER.to_owned()] {
            let asking = Asking::new(&client, era).header("authorization", &header);
            assert_eq!(
                asking.call("read_note").await.status,
                401,
                "{era:?} {header}"
            );
        }
        let in_another = Asking::new(&client, era).header("x-api-key", READER);
        assert_eq!(in_another.call("read_note").await.status, 401, "{era:?}");
    }
}

#[tokio::test]
async fn a_key_has_its_own_tenant_unless_the_server_has_a_rule_that_leaves_it_out() {
    let with = |rule: Option<from::Tenant>| match rule {
        Some(rule) => server().tenant(rule),
        None => server(),
    };
    for (rule, reader) in [
        (None, "acme"),
        (Some(from::caller()), "acme"),
        (Some(from::claim("org_id").or(from::caller())), "acme"),
        (Some(from::claim("org_id")), "none"),
    ] {
        let client = connect(with(rule)).await;
        for era in ERAS {
            for (key, expected) in [(READER, reader), (WRITER, "none")] {
                let answer = Asking::new(&client, era).token(key).call("tenant").await;
                assert_eq!(answer.text(), expected, "{era:?}");
            }
        }
    }
}

#[tokio::test]
async fn keys_stand_beside_the_tokens_of_an_issuer() {
    let client = connect(closed().auth(by_heart()).auth(keys())).await;
    for era in ERAS {
        for (token, expected) in [
            ("reader", "a note of ada"),
            (READER, "a note of report-job"),
        ] {
            let note = Asking::new(&client, era)
                .token(token)
                .call("read_note")
                .await;
            assert_eq!(note.text(), expected, "{era:?}");
        }
    }
}

#[test]
fn what_is_no_hash_keeps_the_server_from_starting() {
    let broken = HASHES[0].replace('a', "g");
    for hash in [READER, "", &HASHES[0][1..], &broken] {
        let keys = keys().hash(hash, Principal::new("keys", "night-job"));
        let said = closed().auth(keys).check().unwrap_err().to_string();
        assert!(
            said.contains("`night-job`") && said.contains("sha256sum"),
            "{said}"
        );
    }
}
