//! Plain requests for a page of the tools.

use rmcp::model::RequestId;
use serde::Deserialize;

use super::Meta;
use super::id::Id;
use super::object::Object;

/// One request of `tools/list` that carries nothing but where its page begins.
#[derive(Debug)]
pub(in crate::transport) struct PlainList {
    pub(in crate::transport) id: RequestId,
    pub(in crate::transport) cursor: Option<String>,
    pub(in crate::transport) meta: Meta,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message<'a> {
    jsonrpc: &'a str,
    id: Id,
    method: &'a str,
    #[serde(default)]
    params: Object<Params>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Params {
    cursor: Option<String>,
    #[serde(rename = "_meta", default)]
    meta: Meta,
}

impl PlainList {
    /// Reads a message. `None` says that it may be anything else.
    pub(in crate::transport) fn read(message: &[u8]) -> Option<Self> {
        let Object(Message {
            jsonrpc: "2.0",
            id: Id(id),
            method: "tools/list",
            params: Object(params),
        }) = serde_json::from_slice(message).ok()?
        else {
            return None;
        };
        Some(Self {
            id,
            cursor: params.cursor,
            meta: params.meta,
        })
    }
}
