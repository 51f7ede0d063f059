//! Messages that are no good, and some that are, with what each is answered with.

use serde_json::{Value, json};

use super::Answer::{self, Each, Error, Nothing, Refusal, Result};

const PARSE_ERROR: i64 = -32700;
const INVALID_REQUEST: i64 = -32600;
const METHOD_NOT_FOUND: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;

/// The longest message, and the deepest one, that is read.
pub(crate) const LINE_BYTES: usize = 16 * 1024 * 1024;
const DEPTH: usize = 127;

fn ping(id: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#)
}

/// A request with these params.
fn request(method: &str, params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#)
}

/// A call to `add` with this as its first argument.
fn add(a: &str) -> String {
    request(
        "tools/call",
        &format!(r#"{{"name":"add","arguments":{{"a":{a},"b":1}}}}"#),
    )
}

/// A call to `echo` with this text, already as JSON.
fn echo(text: &str) -> String {
    request(
        "tools/call",
        &format!(r#"{{"name":"echo","arguments":{{"text":{text}}}}}"#),
    )
}

/// A message of this depth, which has three levels without what is nested.
fn nested(depth: usize) -> String {
    let (open, close) = ("[".repeat(depth - 3), "]".repeat(depth - 3));
    request("ping", &format!(r#"{{"a":[{open}{close}]}}"#))
}

/// What the message is, its bytes, and its answer.
pub(crate) fn corpus() -> Vec<(&'static str, Vec<u8>, Answer)> {
    let one = || json!(1);
    let none = || Value::Null;
    let text = |line: String| line.into_bytes();
    let raw = |line: &str| line.as_bytes().to_vec();
    let with_byte = |byte: &[u8]| {
        let (before, after) = (
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":""#,
            r#""}}"#,
        );
        [before.as_bytes(), byte, after.as_bytes()].concat()
    };
    let utf16: Vec<u8> = ping("1")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let keys: String = (0..100_000).map(|key| format!(r#""k{key}":0,"#)).collect();
    let million = "x".repeat(1024 * 1024);
    let (at_limit, over_limit) = (padded(LINE_BYTES), padded(LINE_BYTES + 1));
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
        // The params.
        (
            "params that are a string",
            text(request("tools/call", r#""add""#)),
            Error(INVALID_REQUEST, one()),
        ),
        (
            "params that are an array",
            text(request("tools/call", r#"["add"]"#)),
            Error(INVALID_REQUEST, one()),
        ),
        (
            "params without a name",
            text(request("tools/call", "{}")),
            Error(INVALID_PARAMS, one()),
        ),
        (
            "a name that is a number",
            text(request("tools/call", r#"{"name":1}"#)),
            Error(INVALID_PARAMS, one()),
        ),
        (
            "an unknown tool",
            text(request("tools/call", r#"{"name":"nope"}"#)),
            Error(INVALID_PARAMS, one()),
        ),
        (
            "a tool's name of two lines",
            text(request("tools/call", r#"{"name":"add\r\nadd"}"#)),
            Error(INVALID_PARAMS, one()),
        ),
        (
            "arguments that are an array",
            text(request("tools/call", r#"{"name":"add","arguments":[1,2]}"#)),
            Error(INVALID_PARAMS, one()),
        ),
        (
            "arguments that are a string",
            text(request("tools/call", r#"{"name":"add","arguments":"1"}"#)),
            Error(INVALID_PARAMS, one()),
        ),
        (
            "arguments that are null",
            text(request("tools/call", r#"{"name":"add","arguments":null}"#)),
            Refusal(one()),
        ),
        (
            "no arguments",
            text(request("tools/call", r#"{"name":"add"}"#)),
            Refusal(one()),
        ),
        (
            "a cursor of somebody else",
            text(request("tools/list", r#"{"cursor":"nope"}"#)),
            Error(INVALID_PARAMS, one()),
        ),
        (
            "a member too many",
            raw(r#"{"jsonrpc":"2.0","id":1,"method":"ping","extra":1}"#),
            Result(one()),
        ),
        // Names that are there twice.
        (
            "an argument that is there twice",
            text(request(
                "tools/call",
                r#"{"name":"add","arguments":{"a":1,"b":1,"a":2}}"#,
            )),
            Error(INVALID_PARAMS, one()),
        ),
        (
            "an argument that is there twice under another spelling",
            text(request(
                "tools/call",
                r#"{"name":"add","arguments":{"a":1,"b":1,"\u0061":1}}"#,
            )),
            Error(INVALID_PARAMS, one()),
        ),
        (
            "a member of an argument that is there twice",
            text(add(r#"[[{"c":{"d":1,"d":1}}]]"#)),
            Error(INVALID_PARAMS, one()),
        ),
        (
            "an argument that is there twice, in a call with more",
            text(request(
                "tools/call",
                r#"{"name":"add","arguments":{"a":1,"b":1,"b":1},"_meta":{"progressToken":1}}"#,
            )),
            Error(INVALID_PARAMS, one()),
        ),
        (
            "arguments that are there twice",
            text(request(
                "tools/call",
                r#"{"name":"add","arguments":{"a":1,"b":1},"arguments":{"a":2,"b":2}}"#,
            )),
            Error(INVALID_PARAMS, one()),
        ),
        (
            "a tool's name that is there twice",
            text(request(
                "tools/call",
                r#"{"name":"echo","name":"add","arguments":{"a":1,"b":1}}"#,
            )),
            Error(INVALID_PARAMS, one()),
        ),
        (
            "params that are there twice",
            raw(
                r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":1,"b":1}},"params":{"name":"add","arguments":{"a":1,"b":1}}}"#,
            ),
            Error(INVALID_REQUEST, one()),
        ),
        // Numbers.
        ("minus zero", text(add("-0")), Refusal(one())),
        (
            "a whole number with a fraction",
            text(add("1.0")),
            Refusal(one()),
        ),
        ("2^53 + 1", text(add("9007199254740993")), Result(one())),
        (
            "a number beyond 64 bits",
            text(add("123456789012345678901234567890")),
            Refusal(one()),
        ),
        // Text.
        (
            "a byte order mark",
            text(format!("\u{feff}{}", ping("1"))),
            Result(one()),
        ),
        ("UTF-16", utf16, Error(PARSE_ERROR, none())),
        (
            "a byte that is not UTF-8",
            with_byte(b"\xFF"),
            Error(PARSE_ERROR, one()),
        ),
        (
            "overlong UTF-8",
            with_byte(b"\xC0\xAF"),
            Error(PARSE_ERROR, one()),
        ),
        (
            "a surrogate in UTF-8",
            with_byte(b"\xED\xA0\x80"),
            Error(PARSE_ERROR, one()),
        ),
        (
            "half of a surrogate pair",
            text(echo(r#""\ud800""#)),
            Error(PARSE_ERROR, one()),
        ),
        ("a NUL", with_byte(b"\0"), Error(PARSE_ERROR, one())),
        ("an escaped NUL", text(echo(r#""\u0000""#)), Result(one())),
        ("a tab", with_byte(b"\t"), Error(PARSE_ERROR, one())),
        (
            "a carriage return at the end",
            text(ping("1") + "\r"),
            Result(one()),
        ),
        (
            "spaces around",
            text(format!("  {}\t", ping("1"))),
            Result(one()),
        ),
        // Depth.
        ("as deep as can be", text(nested(DEPTH)), Result(one())),
        (
            "a level too deep",
            text(nested(DEPTH + 1)),
            Error(PARSE_ERROR, one()),
        ),
        (
            "5,000 levels",
            text(nested(5_000)),
            Error(PARSE_ERROR, one()),
        ),
        (
            "100,000 levels",
            text(nested(100_000)),
            Error(PARSE_ERROR, one()),
        ),
        (
            "100,000 open brackets",
            text("[".repeat(100_000)),
            Error(PARSE_ERROR, none()),
        ),
        // Size.
        ("an empty line", raw(""), Nothing),
        (
            "a million empty lines",
            text("\n".repeat(1_000_000)),
            Nothing,
        ),
        (
            "10 MiB of text",
            text(echo(&format!("\"{}\"", million.repeat(10)))),
            Result(one()),
        ),
        (
            "a key of 1 MiB",
            text(request("ping", &format!(r#"{{"{million}":1}}"#))),
            Result(one()),
        ),
        (
            "100,000 keys",
            text(request("ping", &format!(r#"{{{keys}"k":0}}"#))),
            Result(one()),
        ),
        ("a line at the limit", at_limit, Result(one())),
        (
            "a line over the limit",
            over_limit,
            Error(INVALID_REQUEST, one()),
        ),
        // What nobody waits for.
        (
            "a notification of nobody's",
            raw(r#"{"jsonrpc":"2.0","method":"notifications/nope"}"#),
            Nothing,
        ),
        (
            "a notification with odd params",
            raw(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":[1]}"#),
            Nothing,
        ),
        (
            "the cancelling of nothing",
            raw(
                r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":99}}"#,
            ),
            Nothing,
        ),
        (
            "an answer to nothing",
            raw(r#"{"jsonrpc":"2.0","id":99,"result":{}}"#),
            Nothing,
        ),
        (
            "an error of nothing",
            raw(r#"{"jsonrpc":"2.0","id":99,"error":{"code":1,"message":""}}"#),
            Nothing,
        ),
        (
            "an error without an id",
            raw(r#"{"jsonrpc":"2.0","error":{"code":1,"message":""}}"#),
            Nothing,
        ),
        (
            "a broken answer",
            raw(r#"{"jsonrpc":"2.0","id":99,"result":{},"error":{}}"#),
            Nothing,
        ),
    ]
}

/// A message of this many bytes.
fn padded(bytes: usize) -> Vec<u8> {
    let empty = request("ping", r#"{"a":""}"#).len();
    let text = "x".repeat(bytes - empty);
    request("ping", &format!(r#"{{"a":"{text}"}}"#)).into_bytes()
}
