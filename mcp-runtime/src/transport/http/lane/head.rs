//! The heads of plain calls. Each question is answered yes only where every reader of the request would say so.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, HeaderName};
use rmcp::model::ProtocolVersion;

const PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");
const METHOD: HeaderName = HeaderName::from_static("mcp-method");
const NAME: HeaderName = HeaderName::from_static("mcp-name");
pub(super) const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");

/// What clients write as a rule.
const EITHER: &str = "application/json, text/event-stream";

/// Begins a value that is not what it looks like (MCP 2026-07-28, "Value Encoding").
const ENCODED: &str = "=?";

/// Whether the client takes an answer in either form that the protocol has.
pub(super) fn accepts_answers(headers: &HeaderMap) -> bool {
    let Some(accepted) = only(headers, &ACCEPT) else {
        return false;
    };
    if accepted == EITHER {
        return true;
    }
    let (mut json, mut events) = (false, false);
    for media_type in accepted.split(',').map(str::trim) {
        if media_type.contains([';', '"']) {
            return false;
        }
        json |= media_type.eq_ignore_ascii_case("application/json");
        events |= media_type.eq_ignore_ascii_case("text/event-stream");
    }
    json && events
}

/// Whether the headers of a request under 2026-07-28 say what its body says.
pub(super) fn speaks_current(headers: &HeaderMap, method: &str, tool: Option<&str>) -> bool {
    let named = |tool: &str| only(headers, &NAME) == Some(tool) && !tool.starts_with(ENCODED);
    only(headers, &PROTOCOL_VERSION) == Some(ProtocolVersion::V_2026_07_28.as_str())
        && only(headers, &METHOD) == Some(method)
        && tool.is_none_or(named)
}

/// Whether this is the revision that [`speaks_current`] looks for.
pub(super) fn is_current(version: &ProtocolVersion) -> bool {
    *version == ProtocolVersion::V_2026_07_28
}

/// The session of a call under an older revision.
pub(super) fn session(headers: &HeaderMap) -> Option<&str> {
    if headers.contains_key(&PROTOCOL_VERSION) {
        let version = only(headers, &PROTOCOL_VERSION)?;
        let older = ProtocolVersion::KNOWN_VERSIONS
            .iter()
            .filter(|known| known.as_str() < ProtocolVersion::V_2026_07_28.as_str());
        older.into_iter().find(|known| known.as_str() == version)?;
    }
    only(headers, &SESSION_ID)
}

/// A header that stands there once, as text.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    match values.next() {
        None => value.to_str().ok(),
        Some(_) => None,
    }
}
