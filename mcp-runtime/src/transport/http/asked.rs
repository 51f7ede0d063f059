//! What a request asks for, as far as it decides who must be calling.

use std::borrow::Cow;

use axum::http::HeaderMap;
use axum::http::header::HeaderName;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::edge::is_current;
use crate::kind::Kind;

const METHOD: HeaderName = HeaderName::from_static("mcp-method");
const NAME: HeaderName = HeaderName::from_static("mcp-name");

/// What a request asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked<'a> {
    /// A tool or a prompt by its name, a resource by its address.
    One(Kind, Cow<'a, str>),
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
        match text(headers, &METHOD).and_then(kind) {
            // A call that names nothing is refused by the protocol; until then it is a call of what does not exist.
            Some(kind) => {
                let name = text(headers, &NAME).and_then(decoded);
                Self::One(kind, name.unwrap_or_default())
            }
            None => Self::Other,
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
            #[serde(borrow, default)]
            name: Cow<'a, str>,
            #[serde(borrow, default)]
            uri: Cow<'a, str>,
        }
        let Ok(Message {
            method: Some(method),
            params,
        }) = serde_json::from_slice(body)
        else {
            return Self::Other;
        };
        let Some(kind) = kind(&method) else {
            return Self::Other;
        };
        let params =
            params.and_then(|params| serde_json::from_str::<Params<'_>>(params.get()).ok());
        let name = params.map(|params| match kind {
            Kind::Resource => params.uri,
            _ => params.name,
        });
        Self::One(kind, name.unwrap_or_default())
    }
}

/// What a method is for, of what is asked for by its name.
fn kind(method: &str) -> Option<Kind> {
    match method {
        "tools/call" => Some(Kind::Tool),
        "resources/read" => Some(Kind::Resource),
        "prompts/get" => Some(Kind::Prompt),
        _ => None,
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
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
    use super::super::edge::{CURRENT, VERSION};
    use super::*;

    fn asked(headers: &[(HeaderName, &str)], body: &str) -> Option<String> {
        let (mut head, ()) = http::Request::new(()).into_parts();
        for (name, value) in headers {
            head.headers.insert(name, value.parse().unwrap());
        }
        match Asked::of(&head, body.as_bytes()) {
            Asked::One(kind, name) => Some(format!("{} {name}", kind.noun())),
            Asked::Other => None,
        }
    }

    #[test]
    fn a_current_request_is_told_by_its_headers_alone() {
        let ask = |method, name| asked(&[(VERSION, CURRENT), (METHOD, method), (NAME, name)], "{");
        let call = |name| ask("tools/call", name).unwrap();
        assert_eq!(call("add"), "tool add");
        assert_eq!(call(" add "), "tool add");
        assert_eq!(call("=?base64?w6l0w6k=?="), "tool été");
        assert_eq!(call("=?base64?%?="), "tool ");
        assert_eq!(call("=?base64?/w==?="), "tool ");
        assert_eq!(ask("prompts/get", "x").unwrap(), "prompt x");
        assert_eq!(ask("resources/read", "a://b").unwrap(), "resource a://b");
        assert_eq!(ask("tools/list", "add"), None);
    }

    #[test]
    fn an_older_request_is_told_by_its_body_alone() {
        let older = [(VERSION, "2025-11-25"), (METHOD, "tools/list")];
        let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a\u0064d","arguments":{}}}"#;
        assert_eq!(asked(&older, call).unwrap(), "tool add");
        let body = |method: &str, params: &str| {
            let params = if params.is_empty() {
                String::new()
            } else {
                format!(r#","params":{params}"#)
            };
            asked(&[], &format!(r#"{{"method":"{method}"{params}}}"#))
        };
        assert_eq!(body("tools/call", "[]").unwrap(), "tool ");
        assert_eq!(body("tools/call", "").unwrap(), "tool ");
        assert_eq!(body("prompts/get", r#"{"name":"x"}"#).unwrap(), "prompt x");
        let read = r#"{"uri":"a://b","name":"x"}"#;
        assert_eq!(body("resources/read", read).unwrap(), "resource a://b");
        assert_eq!(body("tools/list", ""), None);
        for body in ["", "[]", "{", r#"{"method":1}"#, "{}"] {
            assert_eq!(asked(&[], body), None, "{body}");
        }
    }
}
