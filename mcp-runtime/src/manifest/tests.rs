use serde_json::{Value, json};

use super::diff::{Class, diff, table};

fn manifest(tools: Value) -> Value {
    json!({"tools": tools})
}

fn with(option: &str, value: Value) -> Value {
    let policies = match value {
        Value::Null => json!({}),
        value => json!({option: {"value": value, "from": "tool"}}),
    };
    manifest(json!([{"name": "t", "policies": policies}]))
}

fn class(option: &str, before: Value, after: Value) -> Class {
    let changes = diff(&with(option, before.clone()), &with(option, after.clone()));
    assert_eq!(
        changes.len(),
        1,
        "{option}: {before} to {after}: {changes:?}"
    );
    changes[0].class
}

#[test]
fn each_policy_knows_its_direction() {
    use Class::{Neutral, Relaxed, Tightened};
    let cases = [
        ("auth", json!("a"), json!("a & b"), Tightened),
        ("auth", json!("a"), json!("a | b"), Relaxed),
        ("auth", json!("a"), json!("b"), Relaxed),
        ("auth", json!("a"), json!("none"), Relaxed),
        ("auth", json!("none"), json!("user"), Tightened),
        ("auth", json!("user"), json!("a"), Tightened),
        ("auth", json!("a"), json!("user"), Relaxed),
        ("auth", json!("a & b"), json!("b & a"), Neutral),
        (
            "auth",
            json!("(a | b) & c"),
            json!("a & c | b & c"),
            Neutral,
        ),
        ("auth", json!("a"), Value::Null, Relaxed),
        ("auth", Value::Null, json!("a"), Tightened),
        ("rate", json!(["10/s"]), json!(["5/s"]), Tightened),
        ("rate", json!(["10/s"]), json!(["600/m"]), Relaxed),
        ("rate", json!(["10/s"]), json!(["10/s burst 20"]), Relaxed),
        ("rate", json!(["10/s"]), json!(["10/s cost 2"]), Tightened),
        (
            "rate",
            json!(["10/s"]),
            json!(["10/s", "9/s per tenant"]),
            Tightened,
        ),
        (
            "rate",
            json!(["10/s", "9/s per tenant"]),
            json!(["10/s"]),
            Relaxed,
        ),
        (
            "rate",
            json!(["10/s per caller"]),
            json!(["10/s per tenant"]),
            Relaxed,
        ),
        (
            "rate",
            json!(["10/s on_error closed"]),
            json!(["10/s on_error open"]),
            Relaxed,
        ),
        (
            "rate",
            json!(["10/s per tenant", "1000/d per tenant"]),
            json!(["10/s per tenant", "500/d per tenant"]),
            Tightened,
        ),
        ("rate for acme", json!(["5/s"]), json!(["6/s"]), Relaxed),
        ("rate for acme", json!(["5/s"]), json!(["4/s"]), Tightened),
        ("tenants", Value::Null, json!(["acme"]), Tightened),
        ("tenants", Value::Null, json!(["*", "!acme"]), Tightened),
        ("tenants", json!(["*", "!acme"]), Value::Null, Relaxed),
        ("tenants", json!(["acme"]), json!(["globex"]), Relaxed),
        ("tenants", json!(["acme"]), json!([]), Tightened),
        ("tenants", json!([]), json!(["*", "!acme"]), Relaxed),
        (
            "tenants",
            json!(["*", "!acme"]),
            json!(["*", "!globex"]),
            Relaxed,
        ),
        (
            "tenants",
            json!(["acme", "globex"]),
            json!(["globex", "acme"]),
            Neutral,
        ),
        ("timeout", json!("2s"), json!("3s"), Relaxed),
        ("timeout", json!("3s"), json!("2s"), Tightened),
        ("timeout", json!("3s attempt 1s"), json!("3s"), Relaxed),
        ("concurrency", json!("8"), json!("16"), Relaxed),
        (
            "concurrency",
            json!("8 queue 4 wait 1s"),
            json!("8 queue 2 wait 1s"),
            Tightened,
        ),
        ("max_in", json!("1KB"), json!("2KB"), Relaxed),
        ("max_out", json!("25000tok"), json!("1000tok"), Tightened),
        ("cache", json!("60s"), json!("60s public"), Relaxed),
        ("cache", json!("60s"), json!("90s"), Neutral),
        ("cache", Value::Null, json!("60s"), Neutral),
        ("audit", json!("full"), json!("meta"), Relaxed),
        ("audit", json!("off"), json!("args required"), Tightened),
        ("confirm", json!("Sure?"), json!("never"), Relaxed),
        ("confirm", json!("Sure?"), json!("Really?"), Neutral),
        ("confirm", Value::Null, json!("Sure?"), Tightened),
        ("idempotency", json!("24h required"), json!("24h"), Relaxed),
        ("unheard of", json!("a"), json!("b"), Relaxed),
    ];
    for (option, before, after, expected) in cases {
        let found = class(option, before.clone(), after.clone());
        assert_eq!(found, expected, "{option}: {before} to {after}");
    }
}

fn schema_class(before: Value, after: Value) -> Class {
    let tool = |schema: Value| manifest(json!([{"name": "t", "inputSchema": schema}]));
    let changes = diff(&tool(before), &tool(after));
    assert_eq!(changes.len(), 1, "{changes:?}");
    changes[0].class
}

#[test]
fn a_schema_that_takes_less_breaks() {
    let object = |properties: Value, required: Value| {
        json!({
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        })
    };
    let a = json!({"a": {"type": "integer"}});
    let compatible = [
        (
            object(a.clone(), json!(["a"])),
            object(a.clone(), json!([])),
        ),
        (
            object(a.clone(), json!([])),
            object(
                json!({"a": {"type": "integer"}, "b": {"type": "string"}}),
                json!([]),
            ),
        ),
        (
            object(a.clone(), json!([])),
            object(
                json!({"a": {"type": "number", "description": "now any"}}),
                json!([]),
            ),
        ),
        (
            object(json!({"a": {"type": "string", "maxLength": 5}}), json!([])),
            object(json!({"a": {"type": "string", "maxLength": 9}}), json!([])),
        ),
        (
            object(json!({"a": {"enum": ["x"]}}), json!([])),
            object(json!({"a": {"enum": ["x", "y"]}}), json!([])),
        ),
    ];
    for (before, after) in compatible {
        assert_eq!(
            schema_class(before.clone(), after.clone()),
            Class::Compatible,
            "{before} to {after}"
        );
        assert_eq!(
            schema_class(after.clone(), before.clone()),
            Class::Breaking,
            "{after} to {before}"
        );
    }
}

#[test]
fn tools_come_and_go_and_the_table_says_so() {
    let before = manifest(json!([{"name": "gone"}, {"name": "kept", "description": "Old."}]));
    let after =
        manifest(json!([{"name": "kept", "description": "New | better."}, {"name": "new"}]));
    let changes = diff(&before, &after);
    let classes: Vec<_> = changes.iter().map(|c| (c.tool.as_str(), c.class)).collect();
    assert_eq!(
        classes,
        [
            ("gone", Class::Removed),
            ("kept", Class::Neutral),
            ("new", Class::Added)
        ]
    );
    let table = table(&changes);
    assert!(
        table.contains("| kept | description | neutral | `Old.` | `New \\| better.` |"),
        "{table}"
    );
}

#[test]
fn a_hint_that_asks_clients_for_less_care_is_a_relaxation() {
    let tool = |hints: Value| manifest(json!([{"name": "t", "annotations": hints}]));
    let writes = tool(json!({"destructiveHint": true}));
    let reads = tool(json!({"readOnlyHint": true, "destructiveHint": false}));
    assert_eq!(diff(&writes, &reads)[0].class, Class::Relaxed);
    assert_eq!(diff(&reads, &writes)[0].class, Class::Tightened);
}

#[test]
fn the_same_manifest_has_no_changes() {
    let same = with("rate", json!(["10/s"]));
    assert!(diff(&same, &same).is_empty());
    assert_eq!(table(&[]), "No change.\n");
}

#[test]
fn a_tenant_without_a_rate_of_its_own_had_that_of_all() {
    let policies = |policies: Value| manifest(json!([{"name": "t", "policies": policies}]));
    let all = json!({"rate": {"value": ["5/s per tenant"]}});
    let others =
        json!({"rate": {"value": ["5/s per tenant"]}, "rate for *": {"value": ["2/s per tenant"]}});
    let with_acme = |mut base: Value, rate: &str| {
        base["rate for acme"] = json!({"value": [rate]});
        policies(base)
    };
    for (base, rate, expected) in [
        (&all, "9/s per tenant", Some(Class::Relaxed)),
        (&all, "3/s per tenant", Some(Class::Tightened)),
        (&all, "5/s per tenant", None),
        (&others, "3/s per tenant", Some(Class::Relaxed)),
    ] {
        let changes = diff(&policies(base.clone()), &with_acme(base.clone(), rate));
        let classes: Vec<Class> = changes.iter().map(|change| change.class).collect();
        assert_eq!(classes, Vec::from_iter(expected), "{base} {rate}");
    }
}
