//! Material is read back here, which proves that no two lists of values are the same bytes.

use proptest::prelude::*;
use serde_json::{Map, Number, Value, json};

use super::Material;
use crate::principal::Principal;

/// What one value of the material says.
#[derive(Debug, Clone, PartialEq)]
enum Said {
    Absent,
    Value(Value),
}

/// Reads one value and returns what follows it.
fn read(bytes: &[u8]) -> (Said, &[u8]) {
    let (kind, rest) = (bytes[0], &bytes[1..]);
    match kind {
        b'-' => (Said::Absent, rest),
        _ => {
            let (value, rest) = value(bytes);
            (Said::Value(value), rest)
        }
    }
}

fn value(bytes: &[u8]) -> (Value, &[u8]) {
    let (kind, mut rest) = (bytes[0], &bytes[1..]);
    match kind {
        b'0' => (Value::Null, rest),
        b'f' => (Value::from(false), rest),
        b't' => (Value::from(true), rest),
        b'u' => {
            let (number, rest) = length(rest);
            (Value::from(number), rest)
        }
        b'n' => {
            let (digits, rest) = field(rest);
            let number: Number = serde_json::from_slice(digits).unwrap();
            (Value::from(number), rest)
        }
        b's' => {
            let (text, rest) = field(rest);
            (Value::from(str::from_utf8(text).unwrap()), rest)
        }
        b'[' => {
            let mut items = Vec::new();
            while rest[0] != b']' {
                let (item, after) = value(rest);
                items.push(item);
                rest = after;
            }
            (Value::from(items), &rest[1..])
        }
        b'{' => {
            let mut object = Map::new();
            while rest[0] != b'}' {
                let (name, after) = value(rest);
                let (inner, after) = value(after);
                object.insert(name.as_str().unwrap().to_owned(), inner);
                rest = after;
            }
            (Value::from(object), &rest[1..])
        }
        other => panic!("no value begins with {other}"),
    }
}

fn field(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (length, rest) = length(bytes);
    rest.split_at(usize::try_from(length).unwrap())
}

fn length(bytes: &[u8]) -> (u64, &[u8]) {
    let mut length = 0;
    for (index, byte) in bytes.iter().enumerate() {
        length |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return (length, &bytes[index + 1..]);
        }
    }
    panic!("a length has no end")
}

fn all(mut bytes: &[u8]) -> Vec<Said> {
    let mut said = Vec::new();
    while !bytes.is_empty() {
        let (one, rest) = read(bytes);
        said.push(one);
        bytes = rest;
    }
    said
}

/// Texts that look like material themselves, and such that need two bytes for their length.
fn text() -> impl Strategy<Value = String> {
    const LOOKS: &[&str] = &[
        "", "a", "s\u{1}a", "[", "]", "}", "-", "\u{0}", "b\u{2}", "\u{e9}",
    ];
    let long = (126_usize..130).prop_map(|length| "x".repeat(length));
    let pair = (prop::sample::select(LOOKS), prop::sample::select(LOOKS));
    prop_oneof![9 => pair.prop_map(|(a, b)| format!("{a}{b}")), 1 => long]
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (0_u8..4).prop_map(|n| Value::from(f64::from(n))),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map(text(), inner, 0..3)
                .prop_map(|map| map.into_iter().collect()),
        ]
    })
}

fn principal() -> impl Strategy<Value = Option<Principal>> {
    let grants = || prop::collection::btree_set(text(), 0..3);
    let parts = (text(), text(), prop::option::of(text()), grants(), grants());
    prop::option::of(parts.prop_map(|(issuer, subject, tenant, scopes, roles)| {
        let caller = Principal::new(issuer, subject).scopes(scopes);
        let caller = match tenant {
            Some(tenant) => caller.tenant(tenant),
            None => caller,
        };
        roles.into_iter().fold(caller, Principal::role)
    }))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50_000))]

    #[test]
    fn material_says_who_calls_and_with_what_and_nothing_is_lost(
        caller in principal(),
        values in prop::collection::vec(prop::option::of(json()), 0..3),
    ) {
        let mut material = Material::new();
        material.caller(caller.as_ref());
        material.grants(caller.as_ref());
        for value in &values {
            match value {
                Some(value) => material.value(value, &[]),
                None => material.absent(),
            }
        }
        let text = |text: &str| Said::Value(Value::from(text));
        let mut expected = Vec::new();
        match &caller {
            None => expected.extend([Said::Absent, Said::Absent]),
            Some(caller) => expected.extend([
                text(caller.issuer()),
                text(caller.subject()),
                caller.tenant_id().map_or(Said::Absent, text),
                Said::Value(caller.granted_scopes().collect()),
                Said::Value(caller.roles().collect()),
            ]),
        }
        expected.extend(values.into_iter().map(|value| value.map_or(Said::Absent, Said::Value)));
        prop_assert_eq!(all(&material.0), expected);
    }
}

fn bytes(value: &Value, ignored: &[&str]) -> Vec<u8> {
    let mut material = Material::new();
    material.value(value, ignored);
    material.0
}

#[test]
fn what_is_ignored_is_ignored_at_its_path_alone() {
    let ignored = ["b", "c.d", "c.e.f"];
    let plain = json!({"a": 1, "c": {"e": {}}});
    let noisy = json!({"a": 1, "b": 2, "c": {"d": 3, "e": {"f": 4}}});
    assert_eq!(bytes(&noisy, &ignored), bytes(&plain, &ignored));
    for other in [
        json!({"a": {"b": 2}, "c": {"e": {}}}),
        json!({"a": 1, "c": {"e": {}}, "d": 3}),
        json!({"a": 1, "c": {"e": {"d": 3}}}),
        json!({"a": 1, "c": [{"d": 3}]}),
    ] {
        assert_eq!(all(&bytes(&other, &ignored)), [Said::Value(other)]);
    }
}
