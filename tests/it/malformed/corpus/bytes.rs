//! Text, depth, size, and what nobody waits for.

use super::Answer::{Error, Nothing, Result};
use super::*;

pub(super) fn cases() -> Vec<Case> {
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

/// A message of this depth, which has three levels without what is nested.
fn nested(depth: usize) -> String {
    let (open, close) = ("[".repeat(depth - 3), "]".repeat(depth - 3));
    request("ping", &format!(r#"{{"a":[{open}{close}]}}"#))
}
