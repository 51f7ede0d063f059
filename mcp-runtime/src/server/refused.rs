//! What a client is told where a resource, a prompt or a completion has no answer: a JSON-RPC error, since none of these results can be one.

use rmcp::ErrorData;
use rmcp::model::ErrorCode;
use serde_json::{Value, json};

use super::wire;
use crate::error::{ERROR_META_KEY, Failure, Reply};
use crate::kind::Kind;

/// The error for a reply that is no answer. `asked` is what the client asked for, in its own words.
pub(super) fn error(kind: Kind, asked: &str, reply: Reply) -> ErrorData {
    match reply {
        Reply::Failure(failure) => failed(kind, asked, &failure),
        Reply::UnknownTool => unknown(kind, asked),
        Reply::Lacks(capability) => wire::lacks(capability),
        Reply::BrokenState => wire::broken_state(),
        Reply::Cancelled => ErrorData::internal_error("cancelled", None),
        // Both are answers, and their callers have taken them.
        Reply::Output(_) | Reply::InputRequired(_) => {
            ErrorData::internal_error("internal error", None)
        }
    }
}

/// What does not exist, and what this caller may not see: one text for both.
pub(super) fn unknown(kind: Kind, asked: &str) -> ErrorData {
    let shown: String = asked
        .chars()
        .filter(|c| !c.is_control())
        .take(512)
        .collect();
    match kind {
        // Since 2026-07-28 the code is -32602, and rmcp sends that one there.
        Kind::Resource => ErrorData::resource_not_found(
            format!("Resource not found: {shown}"),
            Some(json!({"uri": shown})),
        ),
        kind => ErrorData::invalid_params(format!("Unknown {}: {shown}", kind.noun()), None),
    }
}

fn failed(kind: Kind, asked: &str, failure: &Failure) -> ErrorData {
    let code = match (failure.code, kind) {
        ("not_found", Kind::Resource) => ErrorCode::RESOURCE_NOT_FOUND,
        ("not_found" | "invalid_input", _) => ErrorCode::INVALID_PARAMS,
        _ => ErrorCode::INTERNAL_ERROR,
    };
    let mut data = json!({ERROR_META_KEY: failure.object()});
    if kind == Kind::Resource {
        data["uri"] = Value::from(asked);
    }
    ErrorData::new(code, failure.text(), Some(data))
}

/// A method of a kind that this server has nothing of.
pub(super) fn not_served(method: &str) -> ErrorData {
    wire::no_such_request(method, false)
}
