//! Pages of lists: what a caller sees of one, where the next one begins, and who may keep it for how long.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rmcp::ErrorData;
use rmcp::model::{CacheScope, PaginatedRequestParams};

use super::Core;
use super::registry::Mounted;

/// How long a client may keep a list. It changes with the program, and with what the program switches off and on: of that,
/// clients that listen are told at once.
pub(super) const TTL_MS: u64 = 60_000;

/// The longest cursor that is given out: the digits of the largest number there is, in base 64.
const LONGEST: usize = 27;

/// Which items of a list stand on a page, counted among those that the caller sees.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) start: usize,
    size: usize,
}

/// One page of a list.
pub(super) struct Page<W> {
    pub(super) items: Vec<W>,
    pub(super) ttl_ms: u64,
    pub(super) scope: CacheScope,
    /// The cursor of the next page.
    pub(super) next: Option<String>,
}

impl Window {
    /// The page that is asked for.
    pub(super) fn of(
        core: &Core,
        params: Option<PaginatedRequestParams>,
    ) -> Result<Self, ErrorData> {
        Self::at(core, params.and_then(|params| params.cursor).as_deref())
    }

    /// The page at a cursor, or the first one.
    pub(super) fn at(core: &Core, cursor: Option<&str>) -> Result<Self, ErrorData> {
        Ok(Self {
            start: cursor.map_or(Ok(0), offset)?,
            size: core.page_size,
        })
    }

    /// Whether anything beyond the first `items` of a list matters here: for what stands on the page, or for whether there is another one.
    pub(super) fn reaches(self, items: usize) -> bool {
        self.start.saturating_add(self.size) >= items
    }

    /// Whether a server that shows this many items has given out a cursor to this page.
    #[cfg(feature = "http")]
    pub(super) fn is_given_out(self, items: usize) -> bool {
        self.start == 0 || (self.start < items && self.start.is_multiple_of(self.size))
    }
}

impl<W> Page<W> {
    /// The items of a page, of all that the caller sees.
    pub(super) fn of<T>(
        window: Window,
        visible: impl Iterator<Item = T>,
        scope: CacheScope,
        wire: impl Fn(T) -> W,
    ) -> Self {
        let mut rest = visible.skip(window.start);
        let items: Vec<W> = rest.by_ref().take(window.size).map(wire).collect();
        let more = rest.next().is_some();
        Self {
            next: more.then(|| cursor(window.start + items.len())),
            items,
            ttl_ms: TTL_MS,
            scope,
        }
    }
}

/// Who may keep what is told of these: everybody, unless it is one caller's.
pub(super) fn scope<'a>(mut items: impl Iterator<Item = &'a Mounted>) -> CacheScope {
    match items.any(|mounted| mounted.policies.tells_callers_apart()) {
        true => CacheScope::Private,
        false => CacheScope::Public,
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

/// A list's cursor: where the next page begins. What the caller does not see is not counted, or it could be.
fn cursor(index: usize) -> String {
    URL_SAFE_NO_PAD.encode(index.to_string())
}

/// Where a page begins. A cursor has one spelling, the one that is given out.
fn offset(given: &str) -> Result<usize, ErrorData> {
    let decoded = (given.len() <= LONGEST).then(|| URL_SAFE_NO_PAD.decode(given).ok());
    let index = decoded
        .flatten()
        .and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok())
        .filter(|index| cursor(*index) == given);
    index.ok_or_else(|| {
        ErrorData::invalid_params("this cursor is none of ours; start again without one", None)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_in_the_one_spelling_that_is_given_out() {
        for index in [0, 1, 200, usize::MAX] {
            let given = cursor(index);
            assert!(given.len() <= LONGEST);
            assert_eq!(offset(&given).unwrap(), index);
        }
        let long = "0".repeat(4000) + "1";
        for other in [
            "01",
            "+1",
            "1 ",
            "",
            "x",
            "-1",
            "18446744073709551616",
            &long,
        ] {
            let refused = offset(&URL_SAFE_NO_PAD.encode(other)).unwrap_err();
            assert!(refused.message.contains("none of ours"), "{other}");
        }
        assert!(offset("MQ==").is_err());
        assert!(offset("!").is_err());
    }
}
