use serde_json::json;

use super::*;

fn refused(arguments: &str) -> String {
    read_arguments(Some(arguments)).unwrap_err().to_string()
}

#[test]
fn arguments_are_an_object_or_nothing() {
    assert_eq!(read_arguments(None).unwrap(), Map::new());
    let read = read_arguments(Some(r#"{"a": 1}"#)).unwrap();
    assert_eq!(Value::Object(read), json!({"a": 1}));
    assert!(refused("[1]").starts_with("the arguments are JSON, but no object"));
}

#[test]
fn what_is_not_json_is_pointed_at() {
    assert_eq!(
        refused("{a: 1}"),
        "the arguments are not JSON: key must be a string at line 1 column 2\n  {a: 1}\n   ^\n  help: write '{\"name\": value}', with single quotes around it for the shell"
    );
    let long = format!("{{\"a\": \"{}\", b}}", "ü".repeat(100));
    let shown = refused(&long);
    let lines: Vec<&str> = shown.lines().collect();
    let mark = lines[2].chars().position(|c| c == '^').unwrap();
    assert_eq!(lines[1].chars().nth(mark), Some('b'), "{shown}");
    assert!(lines[1].chars().count() < 90, "{shown}");
}

#[test]
fn content_that_is_no_text_is_named() {
    assert_eq!(
        binary("image", Some("image/png"), "AAAA"),
        "[image: image/png, 3 bytes; `--json` prints it]\n"
    );
    assert_eq!(
        binary("audio", None, "AA=="),
        "[audio: application/octet-stream, 1 bytes; `--json` prints it]\n"
    );
    assert!(binary("image", None, "").contains(" 0 bytes"));
}
