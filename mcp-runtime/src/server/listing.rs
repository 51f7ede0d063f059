//! Pages of `tools/list`, written once for all who see the same tools.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;
use rmcp::model::PaginatedRequestParams;

use super::Core;
use super::handler::Handler;
use crate::policy::gate;
use crate::principal::Principal;

/// Pages that are kept. There are few ways to see a server, and one that has more writes the rest anew.
const PAGES: usize = 256;

/// The pages of one server's list.
pub(crate) struct Listing {
    server: Arc<Core>,
    handler: Handler,
    /// Whether everybody sees every tool that is there.
    open: bool,
    pages: Mutex<HashMap<Page, Bytes>>,
}

/// What a page depends on.
#[derive(PartialEq, Eq, Hash)]
struct Page {
    /// A bit a tool: whether the caller sees it. Nothing where everybody sees everything there is.
    visible: Vec<u64>,
    cursor: Option<String>,
}

impl Listing {
    pub(crate) fn new(server: &Arc<Core>) -> Self {
        let mut tools = server.tools().tools().iter();
        Self {
            open: !tools.any(|tool| tool.policies.tells_callers_apart()),
            handler: Handler::with_caller(Arc::clone(server), None),
            server: Arc::clone(server),
            pages: Mutex::default(),
        }
    }

    /// A page as the result that a client of 2026-07-28 reads. `None` where the cursor is none of ours.
    pub(crate) fn page(&self, cursor: Option<String>, caller: Option<&Principal>) -> Option<Bytes> {
        let page = Page {
            visible: self.visible(caller),
            cursor,
        };
        if let Some(kept) = self.pages.lock().get(&page) {
            return Some(kept.clone());
        }
        let written = self.write(&page, caller)?;
        let mut pages = self.pages.lock();
        if pages.len() < PAGES {
            pages.insert(page, written.clone());
        }
        Some(written)
    }

    fn visible(&self, caller: Option<&Principal>) -> Vec<u64> {
        let tools = self.server.tools().tools();
        // A tool that is switched off is one that nobody sees, and its page another page.
        if self.open && tools.iter().all(|tool| tool.switch.is_on()) {
            return Vec::new();
        }
        let mut visible = vec![0; tools.len().div_ceil(64)];
        for (index, tool) in tools.iter().enumerate() {
            let seen = gate::visible(&self.server, tool, caller);
            visible[index / 64] |= u64::from(seen) << (index % 64);
        }
        visible
    }

    fn write(&self, page: &Page, caller: Option<&Principal>) -> Option<Bytes> {
        let params = PaginatedRequestParams::default().with_cursor(page.cursor.clone());
        let list = self.handler.tools(Some(params), caller).ok()?;
        serde_json::to_vec(&list).map(Bytes::from).ok()
    }
}

impl fmt::Debug for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listing").finish_non_exhaustive()
    }
}
