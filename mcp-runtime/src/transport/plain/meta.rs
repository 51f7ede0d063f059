//! A request's `_meta`, as far as a plain call has a use for it.

use std::borrow::Cow;
use std::fmt;

use rmcp::model::{ClientCapabilities, ProtocolVersion};
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;

use super::object::Object;
use crate::client::ClientInfo;
use crate::server::quiet::Introduction;
use crate::trace::TraceId;

/// What a request says beside its params.
#[derive(Debug, Default)]
pub(in crate::transport) struct Meta {
    pub(in crate::transport) version: Option<ProtocolVersion>,
    capabilities: Option<ClientCapabilities>,
    info: Option<ClientInfo>,
    /// What stands there as a `traceparent`, and the trace that it names.
    pub(in crate::transport) trace: Option<Option<TraceId>>,
}

/// MCP 2026-07-28, "_meta".
const VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
const INFO: &str = "io.modelcontextprotocol/clientInfo";
const TRACE_PARENT: &str = "traceparent";

impl Meta {
    /// Who the client is, where the request says all that 2026-07-28 asks of it.
    pub(in crate::transport) fn introduction(&mut self) -> Option<Introduction> {
        Some(Introduction {
            version: self.version.take()?,
            capabilities: self.capabilities.take()?,
            info: self.info.take(),
        })
    }
}

impl<'de> Deserialize<'de> for Meta {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries)
    }
}

struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Meta;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Meta, A::Error> {
        let mut meta = Meta::default();
        while let Some(key) = entries.next_key::<Key<'de>>()? {
            match &*key.0 {
                VERSION => meta.version = Some(entries.next_value()?),
                CAPABILITIES => {
                    // By way of a value: what rmcp's type leaves out must be JSON that can be read, too.
                    let declared: Value = entries.next_value()?;
                    let declared = ClientCapabilities::deserialize(&declared);
                    meta.capabilities = Some(declared.map_err(A::Error::custom)?);
                }
                INFO => meta.info = Some(entries.next_value::<Object<Info>>()?.0.into()),
                TRACE_PARENT => {
                    let parent: Value = entries.next_value()?;
                    meta.trace = parent.as_str().map(TraceId::parse);
                }
                _ => drop(entries.next_value::<Value>()?),
            }
        }
        Ok(meta)
    }
}

#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// A client's name, with the members that the protocol knows and a call has no use for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "they are read so that nothing else passes for them"
)]
struct Info {
    name: String,
    version: String,
    title: Option<String>,
    description: Option<String>,
    website_url: Option<String>,
    icons: Option<Value>,
}

impl From<Info> for ClientInfo {
    fn from(info: Info) -> Self {
        Self {
            name: info.name,
            version: info.version,
        }
    }
}
