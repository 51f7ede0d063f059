//! What a request asks for.

use super::Answer::{Error, Refusal, Result};
use super::*;

pub(super) fn cases() -> Vec<Case> {
    vec![
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
    ]
}
