use serde_json::{Value, json};

use super::*;

/// What each refused line is answered with.
fn answers(line: impl AsRef<[u8]>) -> Vec<Value> {
    match read(line.as_ref()) {
        Read::Refused(refusals) => refusals
            .iter()
            .map(|refusal| serde_json::to_value(refusal).unwrap())
            .collect(),
        Read::Message(message) => panic!("handed on: {message:?}"),
        Read::Nothing => Vec::new(),
    }
}

/// The one answer to a line: its code, its id and its text.
fn answer(line: impl AsRef<[u8]>) -> (i64, Option<Value>, String) {
    let answers = answers(line);
    let [answer] = answers.as_slice() else {
        panic!("not one answer: {answers:?}");
    };
    assert_eq!(answer["jsonrpc"], "2.0");
    (
        answer["error"]["code"].as_i64().unwrap(),
        answer.get("id").cloned(),
        answer["error"]["message"].as_str().unwrap().to_owned(),
    )
}

fn nested(depth: usize) -> String {
    let (open, close) = ("[".repeat(depth), "]".repeat(depth));
    format!(r#"{{"jsonrpc":"2.0","id":10,"method":"ping","params":{{"a":{open}{close}}}}}"#)
}

#[test]
fn messages_are_handed_on() {
    for line in [
        r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
        r#"{"jsonrpc":"2.0","id":"one","method":"tools/call","params":{"name":"add"}}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        "\u{feff}{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\r",
        "  {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\t",
    ] {
        assert!(
            matches!(read(line.as_bytes()), Read::Message(_)),
            "{line:?}"
        );
    }
}

#[test]
fn empty_lines_are_nothing() {
    for line in ["", "\r", "  \t", "\u{feff}"] {
        assert!(matches!(read(line.as_bytes()), Read::Nothing), "{line:?}");
    }
}

#[test]
fn what_is_not_json_is_told_where() {
    let (code, id, message) = answer("{nope");
    assert_eq!((code, id), (PARSE_ERROR.into(), None));
    assert_eq!(
        message,
        "not JSON that can be read: key must be a string at line 1 column 2"
    );
}

#[test]
fn the_id_of_a_broken_line_is_read_as_far_as_the_line_goes() {
    let (code, id, _) = answer(r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{nope"#);
    assert_eq!((code, id), (PARSE_ERROR.into(), Some(json!(7))));
    let (code, id, _) = answer(r#"{"method":"tools/call","params":{nope,"id":7}"#);
    assert_eq!((code, id), (PARSE_ERROR.into(), None));
}

#[test]
fn json_that_cannot_be_read_keeps_its_id() {
    let lone_surrogate = r#"{"jsonrpc":"2.0","id":10,"method":"ping","params":{"a":"\ud800"}}"#;
    let too_large = r#"{"jsonrpc":"2.0","id":10,"method":"ping","params":{"a":1e400}}"#;
    for line in [
        lone_surrogate.to_owned(),
        too_large.to_owned(),
        nested(5_000),
        nested(100_000),
    ] {
        let (code, id, message) = answer(&line);
        assert_eq!(
            (code, id),
            (PARSE_ERROR.into(), Some(json!(10))),
            "{message}"
        );
    }
}

#[test]
fn bytes_that_are_not_utf8_are_told_where() {
    let mut line = br#"{"jsonrpc":"2.0","id":10,"method":"ping","params":{"a":"?"}}"#.to_vec();
    let at = line.iter().position(|byte| *byte == b'?').unwrap();
    line[at] = 0xFF;
    let (code, id, message) = answer(&line);
    assert_eq!((code, id), (PARSE_ERROR.into(), Some(json!(10))));
    assert_eq!(message, format!("not UTF-8, at byte {}", at + 1));
}

#[test]
fn each_request_of_a_batch_is_told_that_there_are_none() {
    let ids: Vec<_> = answers(
        r#"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/x"},{"id":"b","method":"ping"},{"id":3,"result":{}}]"#,
    )
    .into_iter()
    .map(|answer| answer["id"].clone())
    .collect();
    assert_eq!(ids, [json!(1), json!("b")]);
    for line in ["[]", "[1, 2]", "[[]]"] {
        let (code, id, message) = answer(line);
        assert_eq!((code, id), (INVALID_REQUEST.into(), None), "{line}");
        assert!(message.starts_with("batches are no part of MCP"));
    }
}

#[test]
fn arrays_in_arrays_take_no_stack() {
    let deep = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
    let (code, id, _) = answer(deep);
    assert_eq!((code, id), (PARSE_ERROR.into(), None));
}

#[test]
fn what_is_wrong_with_a_request_is_named() {
    for (line, id, expected) in [
        ("42", None, "a message is a JSON object"),
        (r#""ping""#, None, "a message is a JSON object"),
        ("null", None, "a message is a JSON object"),
        ("{}", None, r#"`jsonrpc` must be "2.0""#),
        (
            r#"{"id":1,"method":"ping"}"#,
            Some(json!(1)),
            r#"`jsonrpc` must be "2.0""#,
        ),
        (
            r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#,
            Some(json!(1)),
            r#"`jsonrpc` must be "2.0""#,
        ),
        (
            r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
            None,
            "an `id` is a string or a whole number of 64 bits",
        ),
        (
            r#"{"jsonrpc":"2.0","id":{"a":1},"method":"ping"}"#,
            None,
            "an `id` is a string or a whole number of 64 bits",
        ),
        (
            r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#,
            Some(json!(1.5)),
            "an `id` is a string or a whole number of 64 bits",
        ),
        (
            r#"{"jsonrpc":"2.0","id":1}"#,
            Some(json!(1)),
            "a request has a `method`",
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"Method":"ping"}"#,
            Some(json!(1)),
            "a request has a `method`",
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":7}"#,
            Some(json!(1)),
            "a `method` is a string",
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#,
            Some(json!(1)),
            "a message has a `method`, a `result` or an `error`, and only one of them",
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":"add"}"#,
            Some(json!(1)),
            "`params` is an object",
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","id":2}"#,
            Some(json!(2)),
            "not a message of MCP: a member is missing, of the wrong type, or there twice",
        ),
    ] {
        let (code, found, message) = answer(line);
        assert_eq!(code, i64::from(INVALID_REQUEST), "{line}");
        assert_eq!((found, message.as_str()), (id, expected), "{line}");
    }
}

#[test]
fn broken_answers_and_notifications_are_never_answered() {
    for line in [
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":[]}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{},"error":{}}"#,
        r#"{"jsonrpc":"2.0","id":1,"error":"text"}"#,
        r#"{"jsonrpc":"2.0","id":null,"result":{}}"#,
    ] {
        assert!(answers(line).is_empty(), "{line}");
    }
}

#[test]
fn a_line_that_is_too_long_is_answered_by_the_id_in_its_beginning() {
    let beginning = br#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"a":"xxxxxxxx"#;
    let refusal = serde_json::to_value(Refusal::too_long(beginning, 70)).unwrap();
    assert_eq!(refusal["id"], 7);
    assert_eq!(
        refusal["error"]["message"],
        "a message is one line of at most 70 bytes"
    );
}

#[test]
fn no_refusal_repeats_what_was_sent() {
    for line in [
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"token":hunter2}}"#,
        r#"{"jsonrpc":"hunter2","id":1,"method":"ping"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":["hunter2"]}"#,
        r#"["hunter2"]"#,
        "hunter2",
    ] {
        let text = serde_json::to_string(&answers(line)).unwrap();
        assert!(!text.contains("hunter2"), "{text}");
    }
}
