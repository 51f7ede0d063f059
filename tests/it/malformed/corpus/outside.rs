//! A message's outside: what is no JSON, no object, no request.

use super::Answer::{Each, Error, Result};
use super::*;

pub(super) fn cases() -> Vec<Case> {
    let million = "x".repeat(1024 * 1024);
    vec![
        // Not JSON.
        ("a word", raw("nope"), Error(PARSE_ERROR, none())),
        ("an open brace", raw("{"), Error(PARSE_ERROR, none())),
        ("a closed brace", raw("}"), Error(PARSE_ERROR, none())),
        ("a quote", raw("\""), Error(PARSE_ERROR, none())),
        ("a bare key", raw("{nope"), Error(PARSE_ERROR, none())),
        (
            "single quotes",
            raw("{'jsonrpc':'2.0','id':1,'method':'ping'}"),
            Error(PARSE_ERROR, none()),
        ),
        (
            "an end that is missing",
            raw(r#"{"jsonrpc":"2.0","id":1,"method":"ping""#),
            Error(PARSE_ERROR, one()),
        ),
        (
            "a bare word after the id",
            raw(r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":nope}"#),
            Error(PARSE_ERROR, one()),
        ),
        (
            "a bare word before the id",
            raw(r#"{"jsonrpc":"2.0","method":"ping","params":nope,"id":1}"#),
            Error(PARSE_ERROR, none()),
        ),
        (
            "a comma too many",
            raw(r#"{"jsonrpc":"2.0","id":1,"method":"ping",}"#),
            Error(PARSE_ERROR, one()),
        ),
        (
            "something after the end",
            text(ping("1") + "x"),
            Error(PARSE_ERROR, one()),
        ),
        (
            "two messages on a line",
            text(ping("1") + &ping("2")),
            Error(PARSE_ERROR, one()),
        ),
        (
            "a comment",
            text(ping("1") + " // hello"),
            Error(PARSE_ERROR, one()),
        ),
        ("NaN", text(add("NaN")), Error(PARSE_ERROR, one())),
        ("a plus sign", text(add("+1")), Error(PARSE_ERROR, one())),
        ("a leading zero", text(add("01")), Error(PARSE_ERROR, one())),
        (
            "a number beyond all",
            text(add("1e400")),
            Error(PARSE_ERROR, one()),
        ),
        // JSON, and no message.
        ("null", raw("null"), Error(INVALID_REQUEST, none())),
        ("a boolean", raw("true"), Error(INVALID_REQUEST, none())),
        ("a number", raw("0"), Error(INVALID_REQUEST, none())),
        ("a string", raw(r#""ping""#), Error(INVALID_REQUEST, none())),
        ("an empty object", raw("{}"), Error(INVALID_REQUEST, none())),
        (
            "an object of somebody else",
            raw(r#"{"op":"add"}"#),
            Error(INVALID_REQUEST, none()),
        ),
        (
            "__proto__",
            raw(r#"{"__proto__":{"id":1}}"#),
            Error(INVALID_REQUEST, none()),
        ),
        // Batches.
        ("an empty batch", raw("[]"), Error(INVALID_REQUEST, none())),
        (
            "a batch of one",
            text(format!("[{}]", ping("1"))),
            Error(INVALID_REQUEST, one()),
        ),
        (
            "a batch of two",
            text(format!("[{},{}]", ping("1"), ping("\"b\""))),
            Each(INVALID_REQUEST, vec![json!(1), json!("b")]),
        ),
        (
            "a batch of no requests",
            raw(r#"[{"jsonrpc":"2.0","method":"notifications/initialized"}]"#),
            Error(INVALID_REQUEST, none()),
        ),
        (
            "a batch in a batch",
            text(format!("[[{}]]", ping("1"))),
            Error(INVALID_REQUEST, none()),
        ),
        (
            "a batch of 5,000",
            text(format!("[{}]", vec![ping("1"); 5_000].join(","))),
            Each(INVALID_REQUEST, {
                let mut ids = vec![json!(1); 1_000];
                ids.push(Value::Null);
                ids
            }),
        ),
        (
            "a batch of nothing, many times",
            text(format!("[{}]", vec!["{}"; 100_000].join(","))),
            Error(INVALID_REQUEST, none()),
        ),
        // The version.
        (
            "no version",
            raw(r#"{"id":1,"method":"ping"}"#),
            Error(INVALID_REQUEST, one()),
        ),
        (
            "another version",
            raw(r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#),
            Error(INVALID_REQUEST, one()),
        ),
        (
            "a version that is a number",
            raw(r#"{"jsonrpc":2.0,"id":1,"method":"ping"}"#),
            Error(INVALID_REQUEST, one()),
        ),
        (
            "a version that is null",
            raw(r#"{"jsonrpc":null,"id":1,"method":"ping"}"#),
            Error(INVALID_REQUEST, one()),
        ),
        // The id.
        (
            "a null id",
            text(ping("null")),
            Error(INVALID_REQUEST, none()),
        ),
        (
            "a boolean id",
            text(ping("true")),
            Error(INVALID_REQUEST, none()),
        ),
        (
            "an array id",
            text(ping("[1]")),
            Error(INVALID_REQUEST, none()),
        ),
        (
            "an object id",
            text(ping("{}")),
            Error(INVALID_REQUEST, none()),
        ),
        (
            "an id with a fraction",
            text(ping("1.5")),
            Error(INVALID_REQUEST, json!(1.5)),
        ),
        (
            "an id with an exponent",
            text(ping("1e2")),
            Result(json!(100)),
        ),
        (
            "an id of 19 digits",
            text(ping("9223372036854775807")),
            Result(json!(i64::MAX)),
        ),
        (
            "an id beyond 64 bits",
            text(ping("123456789012345678901234567890")),
            Error(INVALID_REQUEST, json!(123456789012345678901234567890_f64)),
        ),
        ("a negative id", text(ping("-5")), Result(json!(-5))),
        (
            "an id beyond 53 bits",
            text(ping("9007199254740993")),
            Result(json!(9007199254740993_i64)),
        ),
        ("an empty id", text(ping("\"\"")), Result(json!(""))),
        (
            "an id of 1 MiB",
            text(ping(&format!("\"{million}\""))),
            Result(json!(million)),
        ),
        (
            "two ids",
            raw(r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#),
            Error(INVALID_REQUEST, json!(2)),
        ),
        // The method.
        (
            "no method",
            raw(r#"{"jsonrpc":"2.0","id":1}"#),
            Error(INVALID_REQUEST, one()),
        ),
        (
            "a method by another case",
            raw(r#"{"jsonrpc":"2.0","id":1,"Method":"ping"}"#),
            Error(INVALID_REQUEST, one()),
        ),
        (
            "a method that is a number",
            raw(r#"{"jsonrpc":"2.0","id":1,"method":1}"#),
            Error(INVALID_REQUEST, one()),
        ),
        (
            "a method that is null",
            raw(r#"{"jsonrpc":"2.0","id":1,"method":null}"#),
            Error(INVALID_REQUEST, one()),
        ),
        (
            "two methods",
            raw(r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"ping"}"#),
            Error(INVALID_REQUEST, one()),
        ),
        (
            "an empty method",
            text(request("", "{}")),
            Error(METHOD_NOT_FOUND, one()),
        ),
        (
            "an unknown method",
            text(request("tools/drop", "{}")),
            Error(METHOD_NOT_FOUND, one()),
        ),
        (
            "a method of two lines",
            text(request("ping\\r\\nping", "{}")),
            Error(METHOD_NOT_FOUND, one()),
        ),
        (
            "PING",
            text(request("PING", "{}")),
            Error(METHOD_NOT_FOUND, one()),
        ),
        (
            "a method and a result",
            raw(r#"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#),
            Error(INVALID_REQUEST, one()),
        ),
        (
            "a method and an error",
            raw(r#"{"jsonrpc":"2.0","id":1,"method":"ping","error":{"code":1,"message":""}}"#),
            Error(INVALID_REQUEST, one()),
        ),
    ]
}
