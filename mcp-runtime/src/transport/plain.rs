//! Plain calls: requests of `tools/call` that carry a tool's name, its arguments, and nothing that only the protocol knows of.
//!
//! They are read once, straight into what a call is made of. Whatever is out of the ordinary, a member that nobody expects, an id that is no
//! plain number or string, something missing, is no plain call, and the protocol's own reader says what it is.

mod arguments;
mod id;
#[cfg(feature = "http")]
mod list;
mod meta;
mod object;

use rmcp::model::RequestId;
use serde::Deserialize;
use serde_json::{Map, Value};

pub(super) use self::arguments::Arguments;
use self::id::Id;
#[cfg(feature = "http")]
pub(super) use self::list::PlainList;
use self::meta::Meta;
pub(super) use self::object::Object;

/// One plain call.
#[derive(Debug)]
pub(super) struct Plain {
    pub(super) id: RequestId,
    pub(super) tool: String,
    pub(super) arguments: Map<String, Value>,
    pub(super) meta: Meta,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message<'a> {
    jsonrpc: &'a str,
    id: Id,
    method: &'a str,
    params: Object<Params>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Params {
    name: String,
    #[serde(default)]
    arguments: Arguments,
    #[serde(rename = "_meta", default)]
    meta: Meta,
}

impl Plain {
    /// Reads a message. `None` says that it may be anything else.
    pub(super) fn read(message: &[u8]) -> Option<Self> {
        let Object(Message {
            jsonrpc: "2.0",
            id: Id(id),
            method: "tools/call",
            params: Object(params),
        }) = serde_json::from_slice(message).ok()?
        else {
            return None;
        };
        if params.arguments.twice {
            return None;
        }
        Some(Self {
            id,
            tool: params.name,
            arguments: params.arguments.values,
            meta: params.meta,
        })
    }
}
