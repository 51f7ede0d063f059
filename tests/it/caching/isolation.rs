//! Nobody is given what was made for somebody else.

use mcp_runtime::Principal;
use mcp_runtime::prelude::*;
use mcp_runtime::testing::Client;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{cached, client};
use crate::script::Script;

/// Say who asks, and what.
#[tool(read_only, auth = "user", cache = "60s")]
async fn echo(a: Value, b: Option<Value>, caller: Caller) -> String {
    said(Some(&caller), &a, b.as_ref())
}

/// Say who asks, if anybody, and what.
#[tool(read_only, cache = "60s")]
async fn echo_any(a: Value, b: Option<Value>, caller: Option<Caller>) -> String {
    said(caller.as_deref(), &a, b.as_ref())
}

/// Say what was asked.
#[tool(read_only, auth = "user", cache = "60s public")]
async fn echo_public(a: Value) -> String {
    a.to_string()
}

/// Say what the locale is.
#[tool(read_only, auth = "user", cache = "60s public vary(claim.locale)")]
async fn localized(script: State<Script>) -> Result<String, ToolError> {
    script.run().await
}

/// Tell an administrator something.
#[tool(read_only, auth = "role:admin", cache = "60s")]
async fn secrets() -> &'static str {
    "the secrets"
}

fn said(caller: Option<&Principal>, a: &Value, b: Option<&Value>) -> String {
    let who = caller.map(|caller| {
        json!({
            "issuer": caller.issuer(),
            "subject": caller.subject(),
            "tenant": caller.tenant_id(),
            "scopes": caller.granted_scopes().collect::<Vec<_>>(),
            "roles": caller.roles().collect::<Vec<_>>(),
        })
    });
    json!([who, a, b]).to_string()
}

async fn server() -> Client {
    let tools = tools![echo, echo_any, echo_public, localized, secrets];
    client(tools, &Script::new([])).await.anonymous()
}

fn who(issuer: &str, subject: &str) -> Principal {
    Principal::new(issuer, subject)
}

fn ada() -> Principal {
    who("i", "ada")
}

/// Calls for one caller and then for another. The second is always told the truth about itself; whether it comes from memory is the row's bet.
async fn row(
    name: &str,
    first: (Option<Principal>, Value),
    second: (Option<Principal>, Value),
    is_same: bool,
) {
    let server = server().await;
    let mut kept = false;
    for (caller, arguments) in [first, second] {
        let (client, tool) = match &caller {
            Some(caller) => (server.as_caller(caller.clone()), "echo_any"),
            None => (server.clone(), "echo_any"),
        };
        let reply = client.call(tool, &arguments).await;
        let truth = said(
            caller.as_ref(),
            &arguments["a"],
            arguments.get("b").filter(|b| !b.is_null()),
        );
        assert_eq!(reply.text(), truth, "{name}");
        kept = cached(&reply).is_some();
        if caller.is_some() {
            let guarded = client.call("echo", &arguments).await;
            assert_eq!(guarded.text(), truth, "{name}");
            assert_eq!(cached(&guarded).is_some(), kept, "{name}");
        }
    }
    assert_eq!(kept, is_same, "{name}");
}

#[tokio::test(start_paused = true)]
async fn answers_across_principals() {
    let one = || json!({"a": 1});
    let both = |first, second| ((Some(first), one()), (Some(second), one()));
    for (name, (first, second), is_same) in [
        ("the same caller", both(ada(), ada()), true),
        ("another subject", both(ada(), who("i", "bob")), false),
        ("another issuer", both(ada(), who("j", "ada")), false),
        (
            "a fresh token of the same caller",
            both(ada().claim("jti", "1"), ada().claim("jti", "2")),
            true,
        ),
        (
            "another client of the same caller",
            both(ada().client_id("x"), ada().client_id("y")),
            true,
        ),
        (
            "another tenant",
            both(ada().tenant("a"), ada().tenant("b")),
            false,
        ),
        (
            "no tenant and an empty one",
            both(ada(), ada().tenant("")),
            false,
        ),
        ("a scope more", both(ada(), ada().scope("s")), false),
        (
            "a scope less",
            both(ada().scope("s").scope("t"), ada().scope("s")),
            false,
        ),
        (
            "the same scopes in another order",
            both(ada().scope("s").scope("t"), ada().scope("t").scope("s")),
            true,
        ),
        (
            "one scope with a space and two",
            both(ada().scope("s t"), ada().scopes(["s", "t"])),
            false,
        ),
        ("a role less", both(ada().role("admin"), ada()), false),
        (
            "a scope and a role of one name",
            both(ada().scope("s"), ada().role("s")),
            false,
        ),
        (
            "a separator in the issuer",
            both(who("i|a", "b"), who("i", "a|b")),
            false,
        ),
        (
            "a tenant and a longer subject",
            both(ada().tenant("x"), who("i", "adax")),
            false,
        ),
        (
            "nobody and then somebody",
            ((None, one()), (Some(ada()), one())),
            false,
        ),
        (
            "somebody and then nobody",
            ((Some(ada()), one()), (None, one())),
            false,
        ),
        ("nobody twice", ((None, one()), (None, one())), true),
    ] {
        row(name, first, second, is_same).await;
    }
}

#[tokio::test(start_paused = true)]
async fn answers_across_arguments() {
    for (name, first, second, is_same) in [
        (
            "names in another order",
            json!({"a": 1, "b": 2}),
            json!({"b": 2, "a": 1}),
            true,
        ),
        (
            "an integer and a float",
            json!({"a": 1}),
            json!({"a": 1.0}),
            false,
        ),
        (
            "a number and a text",
            json!({"a": 1}),
            json!({"a": "1"}),
            false,
        ),
        (
            "a separator in a value",
            json!({"a": "1;b:2"}),
            json!({"a": "1", "b": "2"}),
            false,
        ),
        (
            "another separator",
            json!({"a": "x|y", "b": "z"}),
            json!({"a": "x", "b": "y|z"}),
            false,
        ),
        (
            "a NUL at the end",
            json!({"a": "x\u{0}"}),
            json!({"a": "x"}),
            false,
        ),
        (
            "an empty list and an empty object",
            json!({"a": []}),
            json!({"a": {}}),
            false,
        ),
        (
            "a list in a list",
            json!({"a": [[1], 2]}),
            json!({"a": [[1, 2]]}),
            false,
        ),
        (
            "false and null",
            json!({"a": false}),
            json!({"a": null}),
            false,
        ),
        (
            "precomposed and decomposed",
            json!({"a": "\u{e9}"}),
            json!({"a": "e\u{301}"}),
            false,
        ),
        (
            "one digit at the end of 2^53",
            json!({"a": 9_007_199_254_740_992_u64}),
            json!({"a": 9_007_199_254_740_993_u64}),
            false,
        ),
        (
            "zero and minus zero",
            json!({"a": 0.0}),
            json!({"a": -0.0}),
            false,
        ),
    ] {
        row(name, (Some(ada()), first), (Some(ada()), second), is_same).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_public_answer_is_for_everyone_who_may_call_and_for_nobody_else() {
    let server = server().await;
    let call = json!({"a": 1});
    let first = server.as_caller(ada()).call("echo_public", &call).await;
    assert_eq!(cached(&first), None);
    let second = server
        .as_caller(who("i", "bob"))
        .call("echo_public", &call)
        .await;
    assert_eq!(cached(&second), Some("hit"));
    let nobody = server.call("echo_public", &call).await;
    assert_eq!(nobody.rpc_error().map(|error| error.code), Some(-32602));
}

#[tokio::test(start_paused = true)]
async fn what_varies_is_told_apart_also_where_it_is_missing() {
    let server = server().await;
    let mut texts = Vec::new();
    for locale in [json!("en"), json!("fr"), json!(["en"]), json!(null)] {
        let caller = ada().claim("locale", locale);
        texts.push(
            server
                .as_caller(caller)
                .call("localized", json!({}))
                .await
                .text(),
        );
    }
    texts.push(
        server
            .as_caller(ada())
            .call("localized", json!({}))
            .await
            .text(),
    );
    texts.push(
        server
            .as_caller(who("i", "bob").claim("locale", "fr"))
            .call("localized", json!({}))
            .await
            .text(),
    );
    assert_eq!(
        texts,
        ["run 1", "run 2", "run 3", "run 4", "run 5", "run 2"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_lost_role_counts_at_once() {
    let server = server().await;
    let admin = server.as_caller(ada().role("admin"));
    admin.call("secrets", json!({})).await;
    assert_eq!(cached(&admin.call("secrets", json!({})).await), Some("hit"));
    let refused = server.as_caller(ada()).call("secrets", json!({})).await;
    assert!(refused.is_error());
    assert!(!format!("{refused:?}").contains("the secrets"));
}

#[tokio::test(start_paused = true)]
async fn two_servers_share_nothing_by_accident() {
    let (one, other) = (server().await, server().await);
    let call = json!({"a": 1});
    one.as_caller(ada()).call("echo", &call).await;
    assert_eq!(
        cached(&other.as_caller(ada()).call("echo", &call).await),
        None
    );
}

/// Few texts, so that two of them are often almost the same.
fn text() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "", "a", "b", "ab", "a|b", "|", "1", "[", "s1a", "\u{0}",
    ])
    .prop_map(str::to_owned)
}

fn principal() -> impl Strategy<Value = Principal> {
    let tenant = prop::option::of(text());
    let grants = || prop::collection::vec(text(), 0..3);
    (text(), text(), tenant, grants(), grants()).prop_map(
        |(issuer, subject, tenant, scopes, roles)| {
            let mut caller = Principal::new(issuer, subject).scopes(scopes);
            if let Some(tenant) = tenant {
                caller = caller.tenant(tenant);
            }
            roles.into_iter().fold(caller, Principal::role)
        },
    )
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2_i64..3).prop_map(Value::from),
        (-2_i64..3).prop_map(|n| Value::from(n as f64)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map(text(), inner, 0..3)
                .prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn nobody_is_told_what_another_asked(
        calls in prop::collection::vec((prop::option::of(principal()), value(), prop::option::of(value())), 2..20),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let server = server().await;
            for (caller, a, b) in calls {
                let mut arguments = json!({"a": a});
                if let Some(b) = &b {
                    arguments["b"] = b.clone();
                }
                let client = match &caller {
                    Some(caller) => server.as_caller(caller.clone()),
                    None => server.clone(),
                };
                let reply = client.call("echo_any", arguments).await;
                let b = b.as_ref().filter(|b| !b.is_null());
                prop_assert_eq!(reply.text(), said(caller.as_ref(), &a, b));
            }
            Ok(())
        })?;
    }
}
