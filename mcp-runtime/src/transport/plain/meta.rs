//! A request's `_meta`, as far as a plain call has a use for it.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use rmcp::model::ClientCapabilities;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::object::Object;
use crate::client::ClientInfo;
use crate::server::quiet::Introduction;
use crate::trace::TraceId;

/// What a request says beside its params.
#[derive(Debug, Default)]
pub(in crate::transport) struct Meta {
    is_versioned: bool,
    says_who: bool,
    introduction: Option<Arc<Introduction>>,
    /// What stands there as a `traceparent`, and the trace that it names.
    pub(in crate::transport) trace: Option<Option<TraceId>>,
}

/// MCP 2026-07-28, "_meta".
const VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
const INFO: &str = "io.modelcontextprotocol/clientInfo";
const TRACE_PARENT: &str = "traceparent";

/// How many lists and objects may stand in it: what has more may be nested more deeply than `serde_json` reads, which is 127 levels, two of them
/// around it. What is skipped, or read by itself as all of this is, has its levels counted from one.
const DEEPEST: usize = 125;

impl Meta {
    /// Whether the request names a revision, as those of 2026-07-28 do.
    pub(in crate::transport) fn is_versioned(&self) -> bool {
        self.is_versioned
    }

    /// Whether anything in it says who the client is: in a session that counts for the one request, over what the handshake said.
    pub(in crate::transport) fn says_who(&self) -> bool {
        self.says_who
    }

    /// Who the client is, where the request says all that 2026-07-28 asks of it.
    pub(in crate::transport) fn introduction(&self) -> Option<Arc<Introduction>> {
        self.introduction.clone()
    }
}

impl<'de> Deserialize<'de> for Meta {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let whole = <&RawValue>::deserialize(deserializer)?.get();
        if let Some(introduction) = Remembered::recall(|last| last.whole.as_deref() == Some(whole))
        {
            return Ok(Self {
                is_versioned: true,
                says_who: true,
                introduction: Some(introduction),
                trace: None,
            });
        }
        if whole
            .bytes()
            .filter(|byte| matches!(byte, b'[' | b'{'))
            .count()
            > DEEPEST
        {
            return Err(D::Error::custom("it may be nested too deeply"));
        }
        let meta: Self = serde_json::Deserializer::from_str(whole)
            .deserialize_map(Entries)
            .map_err(D::Error::custom)?;
        if meta.trace.is_none() && meta.introduction.is_some() {
            Remembered::is_all_of(whole);
        }
        Ok(meta)
    }
}

struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Meta;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Meta, A::Error> {
        let mut said = Said::default();
        let mut trace = None;
        while let Some(key) = entries.next_key::<Key<'de>>()? {
            match &*key.0 {
                VERSION => said.version = Some(entries.next_value::<&RawValue>()?.get()),
                CAPABILITIES => said.capabilities = Some(entries.next_value::<&RawValue>()?.get()),
                INFO => said.info = Some(entries.next_value::<&RawValue>()?.get()),
                TRACE_PARENT => {
                    let parent: Value = entries.next_value()?;
                    trace = parent.as_str().map(TraceId::parse);
                }
                _ => drop(entries.next_value::<Value>()?),
            }
        }
        Ok(Meta {
            is_versioned: said.version.is_some(),
            says_who: said.capabilities.is_some() || said.info.is_some(),
            introduction: said.introduction().map_err(A::Error::custom)?,
            trace,
        })
    }
}

#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// What a client says of itself, as JSON.
#[derive(Default, Clone, Copy, PartialEq)]
struct Said<'a> {
    version: Option<&'a str>,
    capabilities: Option<&'a str>,
    info: Option<&'a str>,
}

thread_local! {
    /// What was read last. Clients say the same with each request, word for word, and there are few that speak to one server.
    static LAST: RefCell<Option<Remembered>> = const { RefCell::new(None) };
}

/// What is longer is read each time.
const REMEMBERED: usize = 4 * 1024;

/// What a client said, and what that is.
struct Remembered {
    /// All that stood in `_meta`, where nothing in it was of another kind.
    whole: Option<Box<str>>,
    version: Box<str>,
    capabilities: Box<str>,
    info: Option<Box<str>>,
    introduction: Arc<Introduction>,
}

impl Said<'_> {
    /// `None` where something is missing that 2026-07-28 asks for. What is there can be read.
    fn introduction(self) -> serde_json::Result<Option<Arc<Introduction>>> {
        let known = Remembered::recall(|last| last.said() == self);
        if known.is_some() {
            return Ok(known);
        }
        let version = self.version.map(serde_json::from_str).transpose()?;
        let capabilities = self.capabilities.map(capabilities).transpose()?;
        let info: Option<Object<Info>> = self.info.map(serde_json::from_str).transpose()?;
        let (Some(version), Some(capabilities)) = (version, capabilities) else {
            return Ok(None);
        };
        let introduction = Arc::new(Introduction {
            version,
            capabilities,
            info: info.map(|Object(info)| info.into()),
        });
        self.remember(&introduction);
        Ok(Some(introduction))
    }

    fn remember(self, introduction: &Arc<Introduction>) {
        let (Some(version), Some(capabilities)) = (self.version, self.capabilities) else {
            return;
        };
        let length = version.len() + capabilities.len() + self.info.map_or(0, str::len);
        if length <= REMEMBERED {
            LAST.set(Some(Remembered {
                whole: None,
                version: version.into(),
                capabilities: capabilities.into(),
                info: self.info.map(Into::into),
                introduction: Arc::clone(introduction),
            }));
        }
    }
}

impl Remembered {
    /// The client of the request that was read last, if it is this one.
    fn recall(is_same: impl FnOnce(&Self) -> bool) -> Option<Arc<Introduction>> {
        LAST.with_borrow(|last| {
            let last = last.as_ref().filter(|last| is_same(last))?;
            Some(Arc::clone(&last.introduction))
        })
    }

    /// The client of the request that was read last said this and nothing else.
    fn is_all_of(whole: &str) {
        if whole.len() <= REMEMBERED {
            LAST.with_borrow_mut(|last| {
                if let Some(last) = last {
                    last.whole = Some(whole.into());
                }
            });
        }
    }

    fn said(&self) -> Said<'_> {
        Said {
            version: Some(&self.version),
            capabilities: Some(&self.capabilities),
            info: self.info.as_deref(),
        }
    }
}

/// By way of a value: what rmcp's type leaves out must be JSON that can be read, too.
fn capabilities(json: &str) -> serde_json::Result<ClientCapabilities> {
    let declared: Value = serde_json::from_str(json)?;
    ClientCapabilities::deserialize(&declared)
}

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
