//! What a request asks for, as far as it decides who must be calling.

use std::borrow::Cow;

use axum::http::HeaderMap;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use serde_json::value::RawValue;

const VERSION: &str = "mcp-protocol-version";
const METHOD: &str = "mcp-method";
const NAME: &str = "mcp-name";

/// The first revision whose requests say in headers what they ask for.
const CURRENT: &str = "2026-07-28";

/// What a request asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked<'a> {
    /// A tool, by its name.
    Call(Cow<'a, str>),
    Other,
}

impl<'a> Asked<'a> {
    /// From the headers where the revision has them: the protocol refuses a body that says otherwise. From the body before that.
    pub(super) fn of(head: &'a Parts, body: &'a [u8]) -> Self {
        match is_current(&head.headers) {
            true => Self::of_headers(&head.headers),
            false => Self::of_body(body),
        }
    }

    fn of_headers(headers: &'a HeaderMap) -> Self {
        match text(headers, METHOD) {
            // A call that names no tool is refused by the protocol; until then it is a call of one that does not exist.
            Some("tools/call") => {
                Self::Call(text(headers, NAME).and_then(decoded).unwrap_or_default())
            }
            _ => Self::Other,
        }
    }

    fn of_body(body: &'a [u8]) -> Self {
        #[derive(Deserialize)]
        struct Message<'a> {
            #[serde(borrow)]
            method: Option<Cow<'a, str>>,
            #[serde(borrow)]
            params: Option<&'a RawValue>,
        }
        #[derive(Deserialize)]
        struct Params<'a> {
            #[serde(borrow)]
            name: Cow<'a, str>,
        }
        let Ok(Message {
            method: Some(method),
            params,
        }) = serde_json::from_slice(body)
        else {
            return Self::Other;
        };
        if method != "tools/call" {
            return Self::Other;
        }
        let params =
            params.and_then(|params| serde_json::from_str::<Params<'_>>(params.get()).ok());
        Self::Call(params.map(|params| params.name).unwrap_or_default())
    }
}

/// Whether a request says that it is of 2026-07-28, which knows no sessions.
pub(super) fn is_current(headers: &HeaderMap) -> bool {
    text(headers, VERSION) == Some(CURRENT)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// A header's value, out of Base64 where it is in it (MCP 2026-07-28, "Value Encoding").
fn decoded(value: &str) -> Option<Cow<'_, str>> {
    let inner = value
        .strip_prefix("=?base64?")
        .and_then(|rest| rest.strip_suffix("?="));
    match inner {
        None => Some(Cow::Borrowed(value)),
        Some(inner) => Some(Cow::Owned(
            String::from_utf8(BASE64.decode(inner).ok()?).ok()?,
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(headers: &[(&'static str, &str)], body: &str) -> Option<String> {
        let (mut head, ()) = http::Request::new(()).into_parts();
        for (name, value) in headers {
            head.headers.insert(*name, value.parse().unwrap());
        }
        match Asked::of(&head, body.as_bytes()) {
            Asked::Call(name) => Some(name.into_owned()),
            Asked::Other => None,
        }
    }

    #[test]
    fn a_current_request_is_told_by_its_headers_alone() {
        let call = |name| {
            asked(
                &[(VERSION, CURRENT), (METHOD, "tools/call"), (NAME, name)],
                "{",
            )
        };
        assert_eq!(call("add").as_deref(), Some("add"));
        assert_eq!(call(" add ").as_deref(), Some("add"));
        assert_eq!(call("=?base64?w6l0w6k=?=").as_deref(), Some("été"));
        assert_eq!(call("=?base64?%?=").as_deref(), Some(""));
        assert_eq!(call("=?base64?/w==?=").as_deref(), Some(""));
        let list = [(VERSION, CURRENT), (METHOD, "tools/list"), (NAME, "add")];
        assert_eq!(asked(&list, ""), None);
    }

    #[test]
    fn an_older_request_is_told_by_its_body_alone() {
        let older = [(VERSION, "2025-11-25"), (METHOD, "tools/list")];
        let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a\u0064d","arguments":{}}}"#;
        assert_eq!(asked(&older, call).as_deref(), Some("add"));
        assert_eq!(asked(&[], call).as_deref(), Some("add"));
        assert_eq!(
            asked(&[], r#"{"method":"tools/call","params":[]}"#).as_deref(),
            Some("")
        );
        assert_eq!(
            asked(&[], r#"{"method":"tools/call"}"#).as_deref(),
            Some("")
        );
        assert_eq!(asked(&[], r#"{"method":"tools/list"}"#), None);
        for body in ["", "[]", "{", r#"{"method":1}"#, "{}"] {
            assert_eq!(asked(&[], body), None, "{body}");
        }
    }
}
