//! Messages that are no good, and some that are, with what each is answered with.

mod bytes;
mod inside;
mod outside;

use serde_json::{Value, json};

use super::Answer;

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

/// What a message is, its bytes, and its answer.
pub(crate) type Case = (&'static str, Vec<u8>, Answer);

pub(crate) fn corpus() -> Vec<Case> {
    let cases = [outside::cases(), inside::cases(), bytes::cases()];
    cases.into_iter().flatten().collect()
}

fn one() -> Value {
    json!(1)
}

/// No id, as in an answer that has none.
fn none() -> Value {
    Value::Null
}

fn text(line: String) -> Vec<u8> {
    line.into_bytes()
}

fn raw(line: &str) -> Vec<u8> {
    line.as_bytes().to_vec()
}
