//! Messages that are no good: what they are, and how an answer to one is looked at. Over stdin and stdout they are sent by `program::lines`.

mod corpus;
mod http;

use serde_json::Value;

pub(crate) use self::corpus::{LINE_BYTES, corpus};

/// What a message is answered with.
pub(crate) enum Answer {
    /// An error with this code and id; `null` where no id can be read.
    Error(i64, Value),
    /// A result.
    Result(Value),
    /// A result that is the tool's refusal.
    Refusal(Value),
    /// One error for each of these ids.
    Each(i64, Vec<Value>),
    /// Nothing: it is a notification, an answer, or empty.
    Nothing,
}

/// An answer as a failing test prints it, which is not all of 10 MiB.
fn beginning(answer: &Value) -> String {
    answer.to_string().chars().take(500).collect()
}

pub(crate) fn is_error(what: &str, answer: &Value, code: i64, id: &Value) {
    let what = format!("{what}: {}", beginning(answer));
    assert_eq!(answer["error"]["code"], code, "{what}");
    let text = answer["error"]["message"].as_str().unwrap_or_default();
    assert!(!text.is_empty(), "{what}");
    // In MCP an id is a string or a number: where none can be read, it is left out.
    match id {
        Value::Null => assert_eq!(answer.get("id"), None, "{what}"),
        id => assert_eq!(&answer["id"], id, "{what}"),
    }
}

pub(crate) fn is_result(what: &str, answer: &Value, id: &Value, refusal: bool) {
    let what = format!("{what}: {}", beginning(answer));
    assert!(answer.get("result").is_some(), "{what}");
    assert_eq!(&answer["id"], id, "{what}");
    assert_eq!(answer["result"]["isError"] == true, refusal, "{what}");
}
