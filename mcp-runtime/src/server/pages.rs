//! Pages of lists: what a caller sees of one, where the next one begins, and who may keep it for how long.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rmcp::ErrorData;
use rmcp::model::{CacheScope, PaginatedRequestParams};

use super::Core;
use super::registry::Mounted;
use crate::policy::gate;
use crate::principal::Principal;

/// How long a client may keep a list. It changes with the program, and with what the program switches off and on: of that,
/// clients that listen are told at once.
pub(super) const TTL_MS: u64 = 60_000;

/// One page of a list.
pub(super) struct Page<W> {
    pub(super) items: Vec<W>,
    pub(super) ttl_ms: u64,
    pub(super) scope: CacheScope,
    /// The cursor of the next page.
    pub(super) next: Option<String>,
}

impl<W> Page<W> {
    /// What this caller may see, from the cursor on.
    pub(super) fn of<'a, T: 'a>(
        core: &Core,
        params: Option<PaginatedRequestParams>,
        items: impl Iterator<Item = (&'a Mounted, &'a T)> + Clone,
        caller: Option<&Principal>,
        wire: fn(&T) -> W,
    ) -> Result<Self, ErrorData> {
        let start = offset(params.and_then(|params| params.cursor))?;
        let mut all = items.clone();
        let private = all.any(|(mounted, _)| mounted.policies.tells_callers_apart());
        let mut visible = items
            .enumerate()
            .skip(start)
            .filter(|(_, (mounted, _))| gate::visible(core, mounted, caller));
        let page = visible.by_ref().take(core.page_size);
        Ok(Self {
            items: page.map(|(_, (_, item))| wire(item)).collect(),
            ttl_ms: TTL_MS,
            scope: match private {
                true => CacheScope::Private,
                false => CacheScope::Public,
            },
            next: visible.next().map(|(index, _)| cursor(index)),
        })
    }
}

/// A page as the result of its method. rmcp has a type for each, of the same members.
macro_rules! listed {
    ($result:ident, $page:expr, $core:expr) => {{
        let page = $page;
        let mut result = $result::with_all_items(page.items)
            .with_ttl_ms(page.ttl_ms)
            .with_cache_scope(page.scope);
        result.next_cursor = page.next;
        result.meta = Some($crate::server::wire::server_meta(&$core.identity));
        result
    }};
}

pub(super) use listed;

/// A list's cursor: where the next page begins.
pub(super) fn cursor(index: usize) -> String {
    URL_SAFE_NO_PAD.encode(index.to_string())
}

/// Where a page begins.
pub(super) fn offset(cursor: Option<String>) -> Result<usize, ErrorData> {
    let Some(cursor) = cursor else {
        return Ok(0);
    };
    let index = URL_SAFE_NO_PAD
        .decode(cursor)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok());
    index.ok_or_else(|| {
        ErrorData::invalid_params("this cursor is none of ours; start again without one", None)
    })
}
