//! Answers that were too large to be sent and are read as resources (`max_out = ".. link"`).

use rmcp::model::{CacheScope, ReadResourceResult};

use super::{Core, wire};
use crate::kind::Kind;
use crate::policy::gate;
use crate::policy::size::link;
use crate::principal::Principal;

/// The answer at an address, for the caller it was made for, as long as they may call the tool. For everybody else nothing is there, and they
/// are told so in the words that any other address has.
pub(super) async fn read(
    core: &Core,
    caller: Option<&Principal>,
    uri: &str,
) -> Option<ReadResourceResult> {
    let found = gate::find(core, Kind::Tool, link::tool_of(uri)?, caller).ok()?;
    if !found.tool().policies.size.links() || !gate::callable(core, &found, caller) {
        return None;
    }
    let output = link::read(core, uri, caller).await?;
    let contents = output.content.into_iter().filter_map(wire::contents_of);
    let mut result = ReadResourceResult::new(contents.collect())
        .with_ttl_ms(0)
        .with_cache_scope(CacheScope::Private);
    result.meta = Some(wire::server_meta(&core.identity));
    Some(result)
}
