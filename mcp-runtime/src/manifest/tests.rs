mod directions;
mod scopes;

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

#[test]
fn policies_that_changed_out_of_sight_are_told_of() {
    let tool = |hash: &str, timeout: &str| {
        let policies = json!({"timeout": {"value": timeout, "from": "tool"}});
        manifest(json!([{"name": "t", "policies": policies, "policyHash": hash}]))
    };
    let changes = diff(&tool("1", "5s"), &tool("2", "5s"));
    assert_eq!(
        (changes[0].what.as_str(), changes[0].class),
        ("policyHash", Class::Relaxed)
    );
    let explained = diff(&tool("1", "5s"), &tool("2", "4s"));
    assert_eq!(explained.len(), 1);
    assert_eq!(explained[0].what, "timeout");
}
