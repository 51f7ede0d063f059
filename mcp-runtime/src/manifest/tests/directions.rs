use serde_json::{Value, json};

use super::{manifest, with};
use crate::manifest::Class::{self, Neutral, Relaxed, Tightened};
use crate::manifest::diff;

/// Each change and what it is; `-` where nothing is written.
fn each(option: &str, changes: &[(&str, &str, Class)]) {
    let value = |text: &str| match (text, option) {
        ("-", _) => Value::Null,
        ("", "tenants") => json!([]),
        (text, "rate" | "rate for acme" | "tenants") => {
            json!(text.split(", ").collect::<Vec<_>>())
        }
        (text, _) => json!(text),
    };
    for (before, after, expected) in changes {
        let found = diff(&with(option, value(before)), &with(option, value(after)));
        assert_eq!(found.len(), 1, "{option}: {before} to {after}: {found:?}");
        assert_eq!(found[0].class, *expected, "{option}: {before} to {after}");
    }
}

#[test]
fn who_may_call() {
    each(
        "auth",
        &[
            ("a", "a & b", Tightened),
            ("a", "a | b", Relaxed),
            ("a", "b", Relaxed),
            ("a", "none", Relaxed),
            ("none", "user", Tightened),
            ("user", "a", Tightened),
            ("a", "user", Relaxed),
            ("a & b", "b & a", Neutral),
            ("(a | b) & c", "a & c | b & c", Neutral),
            ("a", "-", Relaxed),
            ("-", "a", Tightened),
            // What nobody decided was for this machine alone.
            ("-", "none", Relaxed),
            ("none", "-", Tightened),
        ],
    );
    each(
        "when",
        &[
            ("-", "claim.org == arg.org", Tightened),
            ("claim.org == arg.org", "-", Relaxed),
            ("claim.org == arg.org", "claim.org == arg.id", Relaxed),
        ],
    );
    each(
        "confirm",
        &[
            ("Sure?", "never", Relaxed),
            ("Sure?", "Really?", Neutral),
            ("-", "Sure?", Tightened),
            ("Sure?", "-", Relaxed),
            ("-", "never", Neutral),
            ("never", "-", Neutral),
        ],
    );
    each(
        "confirm_ttl",
        &[("5m", "1h", Relaxed), ("1h", "5m", Tightened)],
    );
    each(
        "visible",
        &[("-", "always", Relaxed), ("always", "-", Tightened)],
    );
}

#[test]
fn how_often() {
    each(
        "rate",
        &[
            ("10/s", "5/s", Tightened),
            ("10/s", "600/m", Relaxed),
            ("10/s", "10/s burst 20", Relaxed),
            ("10/s", "10/s, 9/s per tenant", Tightened),
            ("10/s, 9/s per tenant", "10/s", Relaxed),
            ("10/s per caller", "10/s per tenant", Relaxed),
            ("10/s on_error closed", "10/s on_error open", Relaxed),
            ("10/s", "10/s on_error closed", Tightened),
            ("10/s", "10/s on_error local", Neutral),
            ("10/s cost 2", "10/s cost 2 on_error local", Relaxed),
            ("10/s cost 1", "10/s cost 2", Tightened),
            ("10/s cost 2", "10/s cost arg.n", Relaxed),
            ("10/s", "10/s count calls", Tightened),
            ("10/s count calls", "10/s", Relaxed),
            ("10/s, 100/h", "10/s, 200/h", Relaxed),
            ("10/s, 100/h", "9/s, 100/h", Tightened),
            ("-", "10/s", Tightened),
            ("10/s", "-", Relaxed),
        ],
    );
    each(
        "retry",
        &[
            ("1", "3", Relaxed),
            ("3", "1", Tightened),
            ("3 exp 1s..5s", "3 exp 10ms..5s", Relaxed),
            ("-", "3", Relaxed),
            ("3", "-", Tightened),
        ],
    );
    each(
        "idempotency",
        &[
            ("24h required", "24h", Relaxed),
            ("-", "24h", Tightened),
            ("24h", "-", Relaxed),
        ],
    );
}

#[test]
fn which_tenants_and_how_often_each() {
    each(
        "rate",
        &[(
            "10/s per tenant, 1000/d per tenant",
            "10/s per tenant, 500/d per tenant",
            Tightened,
        )],
    );
    each(
        "rate for acme",
        &[("5/s", "6/s", Relaxed), ("5/s", "4/s", Tightened)],
    );
    each(
        "tenants",
        &[
            ("-", "acme", Tightened),
            ("-", "*, !acme", Tightened),
            ("*, !acme", "-", Relaxed),
            ("acme", "globex", Relaxed),
            ("acme", "", Tightened),
            ("", "*, !acme", Relaxed),
            ("*, !acme", "*, !globex", Relaxed),
            ("acme, globex", "globex, acme", Neutral),
        ],
    );
}

#[test]
fn how_long_and_how_many() {
    each(
        "timeout",
        &[
            ("2s", "3s", Relaxed),
            ("3s", "2s", Tightened),
            ("3s attempt 1s", "3s", Relaxed),
            // The default is 30 s.
            ("-", "10m", Relaxed),
            ("10m", "-", Tightened),
            ("-", "2s", Tightened),
            ("2s", "-", Relaxed),
            ("-", "30s", Neutral),
        ],
    );
    each(
        "concurrency",
        &[
            ("8", "16", Relaxed),
            ("8 queue 4 wait 1s", "8 queue 2 wait 1s", Tightened),
            ("8", "8 per caller", Relaxed),
            ("-", "8", Tightened),
            ("8", "-", Relaxed),
        ],
    );
    each(
        "breaker",
        &[
            ("5 fails", "9 fails", Relaxed),
            ("5 fails", "3 fails", Tightened),
            ("5 fails open 15s", "5 fails open 1s", Relaxed),
            ("5 fails open 1s", "5 fails open 15s", Tightened),
            ("5 fails", "5 fails probes 3", Relaxed),
            ("5 fails", "5 fails shared x", Relaxed),
            ("5 fails", "50% of 20 in 30s", Relaxed),
            ("50% of 20 in 30s", "60% of 20 in 30s", Relaxed),
            ("50% of 20 in 30s", "50% of 10 in 30s", Tightened),
            ("50% of 20 in 30s", "50% of 20 in 60s", Relaxed),
            ("-", "5 fails", Tightened),
            ("5 fails", "-", Relaxed),
        ],
    );
    each(
        "task",
        &[
            ("-", "optional", Neutral),
            ("-", "required", Tightened),
            ("optional", "required", Tightened),
            ("required", "optional", Relaxed),
            ("required", "-", Relaxed),
        ],
    );
    each(
        "ttl",
        &[
            ("10m", "1h", Relaxed),
            ("1h", "10m", Tightened),
            // A task may run for as long as it is kept.
            ("-", "10m", Relaxed),
            ("10m", "-", Tightened),
        ],
    );
}

#[test]
fn how_much_and_what_is_known_of_it() {
    each(
        "max_in",
        &[
            ("1KB", "2KB", Relaxed),
            ("-", "1MB", Relaxed),
            ("-", "1KB", Tightened),
            ("1KB", "-", Relaxed),
            ("-", "256KB", Neutral),
        ],
    );
    each(
        "max_out",
        &[
            ("25000tok", "1000tok", Tightened),
            ("1MB", "1MB truncate", Relaxed),
            ("1MB truncate", "1MB", Tightened),
            ("1MB truncate", "1MB link", Relaxed),
            ("-", "50000tok", Relaxed),
            ("-", "1000tok", Tightened),
            ("50KB", "-", Relaxed),
            ("10000tok", "10KB", Tightened),
            // A picture counts for its size no more.
            ("100KB", "1000tok", Relaxed),
        ],
    );
    each(
        "audit",
        &[
            ("full", "meta", Relaxed),
            ("off", "args required", Tightened),
            ("-", "off", Relaxed),
            ("off", "-", Tightened),
            ("-", "full", Tightened),
            // What writes has its arguments recorded.
            ("-", "meta", Relaxed),
        ],
    );
    each(
        "cache",
        &[
            ("60s private", "60s public", Relaxed),
            ("60s public", "60s private", Tightened),
            ("60s", "90s", Neutral),
            ("60s", "60s swr 1m", Relaxed),
            ("60s stale_if_error 1h", "60s", Tightened),
            ("60s vary(arg.a)", "60s", Relaxed),
            ("60s", "60s vary(arg.a)", Tightened),
            ("60s", "60s ignore(arg.a)", Relaxed),
            ("60s tags(a, b)", "60s tags(a)", Relaxed),
            ("60s max 10", "60s", Relaxed),
            ("60s", "60s max 10", Tightened),
            ("-", "60s", Neutral),
            ("60s", "-", Neutral),
        ],
    );
    each("deprecated", &[("-", "use b", Neutral)]);
    each("invalidates", &[("-", "tags(a)", Neutral)]);
}

#[test]
fn what_is_not_understood_is_a_relaxation() {
    each(
        "unheard of",
        &[
            ("a", "b", Relaxed),
            ("-", "a", Relaxed),
            ("a", "-", Relaxed),
        ],
    );
    each(
        "timeout",
        &[("2s", "soon", Relaxed), ("soon", "-", Relaxed)],
    );
    let (text, number) = (with("rate", json!(["10/s"])), with("rate", json!(7)));
    assert_eq!(diff(&text, &number)[0].class, Relaxed);
    assert_eq!(diff(&number, &text)[0].class, Relaxed);
}

#[test]
fn a_default_is_what_the_rest_of_the_tool_makes_it() {
    let tool = |hints: Value, policies: &[(&str, Value)]| {
        let policies = policies.iter().map(|(option, value)| {
            (
                (*option).to_owned(),
                json!({"value": value, "from": "tool"}),
            )
        });
        let policies = Value::Object(policies.collect());
        manifest(json!([{"name": "t", "annotations": hints, "policies": policies}]))
    };
    let class = |hints: Value, before: &[(&str, Value)], after: &[(&str, Value)]| {
        let changes = diff(&tool(hints.clone(), before), &tool(hints, after));
        assert_eq!(changes.len(), 1, "{changes:?}");
        changes[0].class
    };
    let (reads, destroys) = (
        json!({"readOnlyHint": true}),
        json!({"destructiveHint": true}),
    );
    let (local, bucket) = (json!(["9/s on_error local"]), json!(["9/s"]));
    let user = ("auth", json!("user"));
    // Who only reads is recorded without the arguments.
    assert_eq!(
        class(reads.clone(), &[], &[("audit", json!("meta"))]),
        Neutral
    );
    // Without a word, the rate of a tool that destroys is closed.
    let rates = |rate: &Value| [("rate", rate.clone())];
    assert_eq!(class(destroys, &rates(&bucket), &rates(&local)), Relaxed);
    let admins = |rate: &Value| [("rate", rate.clone()), ("auth", json!("crm:admin"))];
    let both = json!({});
    assert_eq!(
        class(both.clone(), &admins(&bucket), &admins(&local)),
        Relaxed
    );
    // Who is known is counted apart.
    let known = |rate: Value| [("rate", rate), user.clone()];
    let per_caller = known(json!(["9/s per caller"]));
    assert_eq!(class(both, &known(bucket), &per_caller), Neutral);
    // And is given no answer of somebody else, unless that is written.
    let cached = |cache: &str| [("cache", json!(cache)), user.clone()];
    let alone = [user.clone()];
    assert_eq!(class(reads.clone(), &alone, &cached("60s")), Neutral);
    assert_eq!(class(reads.clone(), &alone, &cached("60s public")), Relaxed);
    assert_eq!(
        class(reads.clone(), &cached("60s"), &cached("60s public")),
        Relaxed
    );
    assert_eq!(
        class(reads, &cached("60s"), &cached("60s private")),
        Neutral
    );
    // A task without a time of its own has all the time that it is kept.
    let task = |more: &[(&'static str, Value)]| {
        let task = [("task", json!("optional")), ("ttl", json!("10m"))];
        [&task[..], more].concat()
    };
    let timed = task(&[("timeout", json!("20s"))]);
    assert_eq!(class(json!({}), &task(&[]), &timed), Tightened);
    assert_eq!(class(json!({}), &timed, &task(&[])), Relaxed);
}
