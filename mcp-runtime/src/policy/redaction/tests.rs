//! Every place where a schema can mark a secret, and every place where one could show.

use proptest::prelude::*;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::marks::{plain, walk};
use super::*;

/// What a value has along a schema that is shown for this reason.
fn found(why: Found, schema: Value, mut value: Value) -> Vec<Value> {
    let Value::Object(root) = schema else {
        panic!("a schema is an object");
    };
    let mut found = Vec::new();
    walk(&root, vec![&root], &mut value, &mut |shown, because| {
        if because == why {
            found.push(shown.clone());
        }
    });
    found
}

#[test]
fn secrets_are_found_wherever_a_schema_can_put_them() {
    let secret = json!({"type": "string", "writeOnly": true});
    for (schema, value) in [
        (
            json!({"properties": {"a": secret}}),
            json!({"a": "s", "b": "x"}),
        ),
        (
            json!({"properties": {"a": {"items": secret}}}),
            json!({"a": ["s"]}),
        ),
        (
            json!({"properties": {"a": {"prefixItems": [{}, secret]}}}),
            json!({"a": ["x", "s"]}),
        ),
        (
            json!({"additionalProperties": secret, "properties": {"b": {}}}),
            json!({"a": "s", "b": "x"}),
        ),
        (
            json!({"patternProperties": {"^a": secret}}),
            json!({"a": "s"}),
        ),
        (
            json!({"properties": {"a": {"anyOf": [{"type": "null"}, secret]}}}),
            json!({"a": "s"}),
        ),
        (
            json!({"allOf": [{"properties": {"a": secret}}]}),
            json!({"a": "s"}),
        ),
        (
            json!({"oneOf": [{"properties": {"b": {}}}, {"properties": {"a": secret}}]}),
            json!({"a": "s"}),
        ),
        (
            json!({"if": {}, "then": {"properties": {"a": secret}}}),
            json!({"a": "s"}),
        ),
        (
            json!({"properties": {"a": {"$ref": "#/$defs/A"}}, "$defs": {"A": secret}}),
            json!({"a": "s"}),
        ),
        (
            json!({"properties": {"a": {"$ref": "#/$defs/A~1b"}}, "$defs": {"A/b": secret}}),
            json!({"a": "s"}),
        ),
    ] {
        assert_eq!(
            found(Found::Marked, schema.clone(), value),
            [json!("s")],
            "{schema}"
        );
    }
}

#[test]
fn secrets_are_found_by_their_names_only_where_those_are_all_of_them() {
    let secret = json!({"type": "string", "writeOnly": true});
    let names = |schema: Value| plain(schema.as_object().unwrap());
    let properties = json!({"a": secret, "b": {"type": "string"}, "c": secret});
    let known = json!({"properties": properties, "additionalProperties": false});
    assert_eq!(names(known).unwrap(), ["a", "c"]);
    let free = json!({"properties": {"b": {"$ref": "#/$defs/B"}}, "$defs": {"B": {}}});
    assert!(names(free).unwrap().is_empty());
    for more in [
        json!({"writeOnly": true}),
        json!({"additionalProperties": secret}),
        json!({"patternProperties": {"^d": secret}}),
        json!({"$defs": {"D": secret}}),
        json!({"$ref": "#/$defs/D"}),
        json!({"allOf": []}),
        json!({"anyOf": []}),
        json!({"oneOf": []}),
        json!({"if": {}}),
        json!({"then": {}}),
        json!({"else": {}}),
        json!({"properties": {"a": secret, "d": {"items": secret}}}),
        json!({"properties": {"d": {"properties": {"e": secret}}}}),
        json!({"properties": {"d": {"anyOf": [secret]}}}),
    ] {
        let mut schema = json!({"properties": properties});
        schema
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        assert_eq!(names(schema), None, "{more}");
    }
}

#[test]
fn what_a_schema_does_not_know_may_be_a_secret() {
    let schema = json!({
        "properties": {
            "account": {"$ref": "#/$defs/Account"},
            "free": {},
            "map": {"type": "object", "additionalProperties": {"type": "string"}},
            "either": {"anyOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}]},
        },
        "additionalProperties": false,
        "$defs": {"Account": {"properties": {"password": {"writeOnly": true}}}},
    });
    for (value, doubtful) in [
        (json!({"pasword": "s"}), true),
        (json!({"account": {"pasword": "s"}}), true),
        (json!({"account": "{\"password\":\"s\"}"}), true),
        (
            json!({"free": {"anything": "x"}, "map": {"any": "x"}}),
            false,
        ),
        (json!({"either": {"a": "x", "b": "x"}}), false),
        (json!({"either": {"c": "s"}}), true),
    ] {
        let found = found(Found::Unknown, schema.clone(), value.clone());
        assert_eq!(!found.is_empty(), doubtful, "{value}");
    }
}

#[test]
fn schemas_that_refer_to_themselves_come_to_an_end() {
    let schema = json!({
        "$ref": "#/$defs/Node",
        "$defs": {"Node": {
            "anyOf": [{"$ref": "#/$defs/Node"}, {"$ref": "#/$defs/Other"}],
            "properties": {"key": {"writeOnly": true}, "next": {"$ref": "#/$defs/Node"}},
        }, "Other": {"properties": {"next": {"$ref": "#/$defs/Node"}}}},
    });
    // Each level has two ways to the next: two to the hundredth power, if they were all gone.
    let mut value = json!({"key": "deepest"});
    for _ in 0..100 {
        value = json!({"key": "s", "next": value});
    }
    let found = found(Found::Marked, schema, value);
    assert_eq!(found.len(), 101, "each secret once");
    assert_eq!(found.last(), Some(&json!("deepest")));
}

#[test]
fn marks_are_seen_at_any_depth() {
    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "its schema is what is looked at")]
    struct Login {
        user: String,
        keys: Vec<Option<crate::Secret<String>>>,
    }
    let schema = schemars::schema_for!(Vec<Login>).to_value();
    assert!(marks(&schema), "{schema}");
    assert!(!marks(&schemars::schema_for!(Vec<String>).to_value()));
}

fn secrets(texts_: &[&str]) -> Secrets {
    let mut found = BTreeSet::new();
    texts_
        .iter()
        .for_each(|text| texts(&json!(text), &mut found));
    Secrets::sorted(found)
}

#[test]
fn a_secret_is_taken_out_in_every_spelling() {
    let secrets = secrets(&["p\"ss w/rd"]);
    let clean = |text: &str| secrets.cleaned(text).unwrap_or_else(|| text.to_owned());
    assert_eq!(
        clean("it was p\"ss w/rd, twice: p\"ss w/rd"),
        "it was [secret], twice: [secret]"
    );
    assert_eq!(
        clean(r#"{"password":"p\"ss w/rd"}"#),
        r#"{"password":"[secret]"}"#
    );
    assert_eq!(
        clean("https://h/?key=p%22ss%20w%2Frd&x=1"),
        "https://h/?key=[secret]&x=1"
    );
    assert_eq!(clean("nothing of it"), "nothing of it");
}

#[test]
fn the_longer_of_two_secrets_goes_whole() {
    let secrets = secrets(&["hunter2", "hunter2000"]);
    assert_eq!(
        secrets.cleaned("hunter2000 hunter2").unwrap(),
        "[secret] [secret]"
    );
}

#[test]
fn short_secrets_are_not_looked_for_in_texts() {
    assert!(secrets(&["abc"]).cleaned("the abc of it").is_none());
}

#[test]
fn structured_content_stays_json() {
    let secrets = secrets(&["12345678"]);
    let mut value = json!({"12345678": 1, "n": 12345678, "t": ["x 12345678"]});
    secrets.clean_value(&mut value);
    assert_eq!(
        value,
        json!({"[secret]": 1, "n": 12345678, "t": ["x [secret]"]})
    );
}

proptest! {
    /// No text longer than the shortest one looked for survives in an answer, whatever characters it has.
    #[test]
    fn nothing_of_a_secret_is_left(secret in "\\PC{4,12}", before in "[a-z ]{0,8}", after in "[a-z ]{0,8}") {
        prop_assume!(!MASK.contains(&secret) && !before.contains(&secret) && !after.contains(&secret));
        let secrets = secrets(&[&secret]);
        let text = format!("{before}|{secret}|{after}");
        let json = json!({"a": [text]}).to_string();
        for text in [text, json] {
            let cleaned = secrets.cleaned(&text).unwrap();
            prop_assert!(!cleaned.contains(&secret), "{cleaned}");
        }
    }
}
