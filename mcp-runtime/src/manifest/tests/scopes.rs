use serde_json::{Value, json};

use crate::manifest::{Class, diff};

fn implies(entries: Value) -> Value {
    json!({"tools": [], "implies": entries})
}

#[test]
fn a_scope_that_includes_more_is_a_relaxation() {
    let one = implies(json!([{"scope": "admin", "includes": ["crm:read"]}]));
    let more = implies(json!([{"scope": "admin", "includes": ["crm:read", "crm:write"]}]));
    let other = implies(json!([{"scope": "admin", "includes": ["crm:write"]}]));
    let none = json!({"tools": []});
    for (before, after, expected) in [
        (&one, &more, Class::Relaxed),
        (&more, &one, Class::Tightened),
        (&one, &other, Class::Relaxed),
        (&none, &one, Class::Relaxed),
        (&one, &none, Class::Tightened),
    ] {
        let changes = diff(before, after);
        assert_eq!(changes.len(), 1, "{changes:?}");
        assert_eq!(changes[0].class, expected, "{before} to {after}");
        assert_eq!(
            (changes[0].tool.as_str(), changes[0].what.as_str()),
            ("(server)", "implies admin")
        );
    }
    assert!(diff(&more, &more).is_empty());
}

#[test]
fn a_merged_server_has_scopes_of_its_own() {
    let before = implies(json!([{"scope": "admin", "includes": ["a"]}]));
    let after = implies(json!([
        {"scope": "admin", "includes": ["a"]},
        {"server": "crm", "scope": "admin", "includes": ["a"]},
    ]));
    let changes = diff(&before, &after);
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!(changes[0].tool, "(crm)");
}
