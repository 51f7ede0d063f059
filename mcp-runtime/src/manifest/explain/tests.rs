use serde_json::{Value, json};

use super::*;
use crate::Principal;
use crate::policy::fixture::Silent;
use crate::prelude::*;

/// Order a book.
#[tool(
    auth = "user",
    when = "claim.org == arg.org",
    rate = ["10/s burst 20 per caller", "100/h per tenant cost arg.copies"],
    concurrency = "4 queue 2 wait 1s per arg.isbn",
    confirm = "Order {copies} of {isbn}?",
    confirm_ttl = "1m",
    idempotency = "24h",
    invalidates = "tags(stock:{isbn})",
    max_out = "1KB truncate"
)]
async fn order(
    org: String,
    isbn: String,
    #[arg(default = 1)] copies: u32,
    #[arg(secret)] pin: Option<String>,
) {
    let _ = (org, isbn, copies, pin);
    unreachable!("what is explained does not run");
}

/// Look a book up.
#[tool(
    read_only,
    auth = "user",
    cache = "60s tags(book:{isbn}) vary(claim.locale) ignore(arg.trace)",
    rate = "3/h cost 2 burst 4"
)]
async fn look_up(isbn: String, trace: Option<String>) {
    let _ = (isbn, trace);
    unreachable!("what is explained does not run");
}

/// Add two numbers.
#[tool(read_only)]
async fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn ada() -> Principal {
    Principal::local("ada").claim("org", json!("navy"))
}

fn explained(tool: &str, caller: Option<Principal>, arguments: Option<Value>) -> String {
    let server = Server::new("shop").mount(tools![order, look_up, add]);
    let core = server.build().unwrap();
    let arguments = arguments.map(|arguments| match arguments {
        Value::Object(arguments) => arguments,
        _ => panic!("arguments are an object"),
    });
    let asked = Asked {
        tool,
        caller: caller.map(Arc::new),
        arguments,
        client: Arc::new(Silent),
    };
    explain(&core, asked)
}

fn has(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(
            text.lines().any(|found| found.trim() == *line),
            "no line `{line}` in\n{text}"
        );
    }
}

fn book(more: Value) -> Option<Value> {
    let mut arguments = json!({"org": "navy", "isbn": "7"});
    for (name, value) in more.as_object().into_iter().flatten() {
        arguments[name] = value.clone();
    }
    Some(arguments)
}

#[test]
fn every_stage_says_what_it_would_decide_about_these_arguments() {
    let navy = ada().tenant("fleet");
    let text = explained(
        "order",
        Some(navy),
        book(json!({"copies": 3, "pin": "1234"})),
    );
    has(
        &text,
        &[
            "audit        records the arguments too",
            "audit = \"args\" (the default)",
            "in records: {\"copies\":3,\"isbn\":\"7\",\"org\":\"navy\",\"pin\":\"[secret]\"}",
            "max_in = \"256KB\" (the default)",
            "when         passes: the arguments are this caller's",
            "idempotency  lets the call through: it has no `idempotencyKey`, and runs each time",
            "10/s burst 20 per caller: takes 1 of 20, counted for the caller `ada` of `local` in `fleet`",
            "100/h per tenant: takes 3 of 100, counted for the tenant `fleet`",
            "they read: Order “3” of “7”?",
            "confirm_ttl = \"60s\" (from the tool)",
            "timeout = \"30s\" (the default)",
            "counted for the arg.isbn `\"7\"`",
            "redaction    takes the call's secrets out of the answer",
            "max_out = \"1KB truncate\" (from the tool)",
            "tagged `stock:7`",
            "attempt      the tool would run here",
        ],
    );
    assert!(!text.contains("1234"), "{text}");
}

#[test]
fn a_call_without_what_it_is_counted_by_ends_there() {
    let text = explained("order", Some(ada()), book(json!({})));
    has(
        &text,
        &[
            "rate         refuses (`limit_key_missing`): `order` is limited per tenant, and this call has none",
        ],
    );
    assert!(!text.contains("confirm"), "nothing stands behind: {text}");
}

#[test]
fn a_cost_beyond_the_bucket_and_an_argument_of_somebody_else_are_refused() {
    let fleet = || Some(ada().tenant("fleet"));
    let dear = explained("order", fleet(), book(json!({"copies": 101})));
    assert!(
        dear.contains("rate         refuses (`invalid_input`)")
            && dear.contains("copies: costs 101"),
        "{dear}"
    );
    let other = explained("order", fleet(), book(json!({"org": "army"})));
    assert!(
        other.contains("when         refuses (`forbidden`)"),
        "{other}"
    );
    assert!(!other.contains("rate"), "{other}");
}

#[test]
fn without_arguments_what_hangs_on_them_is_left_open() {
    let text = explained("order", Some(ada().tenant("fleet")), None);
    has(
        &text,
        &[
            "decode       not looked at: give the arguments with `--args '{..}'`",
            "when         hangs on the arguments",
            "100/h per tenant: hangs on the arguments",
            "counted for the arg.isbn",
            "attempt      the tool would run here",
        ],
    );
    let missing = explained("order", Some(ada()), None);
    assert!(
        missing.contains("rate         refuses (`limit_key_missing`)"),
        "no argument would help: {missing}"
    );
}

#[test]
fn a_cache_says_what_its_key_is_made_of() {
    let text = explained("look_up", Some(ada()), Some(json!({"isbn": "7"})));
    has(
        &text,
        &[
            "audit        records who calls and how it ends, and of the arguments a digest",
            "cache        answers from memory what this caller was answered before; equal calls share one run",
            "the key is made of the tool and its schemas, the caller `ada` of `local` and their grants, claim.locale, the arguments without `trace`",
            "tagged `book:7`",
            "3/h burst 4 per caller: takes 2 of 4, counted for the caller `ada` of `local`",
        ],
    );
}

#[test]
fn what_nobody_declared_is_told_as_what_holds() {
    let text = explained("add", None, Some(json!({"a": 1, "b": 2})));
    has(
        &text,
        &[
            "caller       nobody: no token and no local principal",
            "auth is not declared",
            "they have 13 bytes",
            "max_out = \"25000tok\" (the default)",
        ],
    );
    let hidden = explained("order", None, None);
    assert!(hidden.contains("gate         hides the tool"), "{hidden}");
}
