//! Pages of `tools/list`, written once for all who see the same tools.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;

use super::Core;
use super::lists::{Seen, tools};
use super::pages::Window;
use crate::principal::Principal;

/// Pages that are kept. There are few ways to see a server; where there are more, pages that are asked for anew take the places of others.
const PAGES: usize = 256;

/// The pages of one server's list.
pub(crate) struct Listing {
    server: Arc<Core>,
    pages: Mutex<HashMap<Key, Bytes>>,
}

/// What a page depends on, and all that it is written from: whatever is switched meanwhile, the two belong together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    seen: Seen,
    /// Where it begins.
    start: usize,
}

impl Listing {
    pub(crate) fn new(server: &Arc<Core>) -> Self {
        Self {
            server: Arc::clone(server),
            pages: Mutex::default(),
        }
    }

    /// A page as the result that a client of 2026-07-28 reads. `None` where the cursor is none of ours.
    pub(crate) fn page(&self, cursor: Option<&str>, caller: Option<&Principal>) -> Option<Bytes> {
        let window = Window::at(&self.server, cursor).ok()?;
        let key = Key {
            seen: Seen::by(&self.server, caller),
            start: window.start,
        };
        if let Some(kept) = self.pages.lock().get(&key) {
            return Some(kept.clone());
        }
        let written = self.write(&key, window)?;
        // Nobody comes back for a cursor that was made up.
        if window.is_given_out(key.seen.count()) {
            self.keep(key, written.clone());
        }
        Some(written)
    }

    fn write(&self, key: &Key, window: Window) -> Option<Bytes> {
        let list = tools(&self.server, &key.seen, window);
        serde_json::to_vec(&list).map(Bytes::from).ok()
    }

    fn keep(&self, key: Key, page: Bytes) {
        let mut pages = self.pages.lock();
        if pages.len() >= PAGES
            && let Some(any) = pages.keys().next().cloned()
        {
            pages.remove(&any);
        }
        pages.insert(key, page);
    }
}

impl fmt::Debug for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listing").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::prelude::*;

    /// The first.
    #[tool(read_only, auth = "none")]
    async fn first() {}

    /// The second.
    #[tool(read_only, auth = "none")]
    async fn second() {}

    /// The third.
    #[tool(read_only, auth = "some:scope")]
    async fn third() {}

    const TOOLS: Toolset = tools![first, third, second];

    fn names(page: &Bytes) -> Vec<String> {
        let page: Value = serde_json::from_slice(page).unwrap();
        let tools = page["tools"].as_array().unwrap().clone();
        let names = tools.iter().map(|tool| tool["name"].as_str().unwrap());
        names.map(str::to_owned).collect()
    }

    fn kept(listing: &Listing) -> usize {
        listing.pages.lock().len()
    }

    #[test]
    fn no_page_is_kept_for_a_cursor_that_is_made_up() {
        use base64::Engine as _;
        let server = Server::new("x").mount(TOOLS).page_size(1).build().unwrap();
        let listing = Listing::new(&server);
        let cursor = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
        for length in 1..1000 {
            let zeros = cursor(&("0".repeat(length) + "1"));
            assert!(listing.page(Some(&zeros), None).is_none());
        }
        for beyond in 2..1000 {
            let beyond = cursor(&beyond.to_string());
            let page = listing.page(Some(&beyond), None).unwrap();
            assert!(names(&page).is_empty());
        }
        assert_eq!(kept(&listing), 0);
        for (given, name) in [(None, "first"), (Some(cursor("1")), "second")] {
            for _ in 0..2 {
                let page = listing.page(given.as_deref(), None).unwrap();
                assert_eq!(names(&page), [name]);
            }
        }
        assert_eq!(kept(&listing), 2);
    }

    #[test]
    fn a_page_is_written_of_what_it_is_kept_for() {
        let server = Server::new("x").mount(TOOLS);
        let switches = server.tools();
        let server = server.build().unwrap();
        let listing = Listing::new(&server);
        let key = Key {
            seen: Seen::by(&server, None),
            start: 0,
        };
        // Between the two looks at the switches, if there were two.
        switches.disable("first").unwrap();
        let window = Window::at(&server, None).unwrap();
        let page = listing.write(&key, window).unwrap();
        assert_eq!(names(&page), ["first", "second"]);
        assert_eq!(names(&listing.page(None, None).unwrap()), ["second"]);
    }

    #[test]
    fn pages_that_are_asked_for_take_the_places_of_others() {
        let server = Server::new("x").mount(TOOLS).build().unwrap();
        let listing = Listing::new(&server);
        let seen = Seen::by(&server, None);
        for start in 0..2 * PAGES {
            let key = Key {
                seen: seen.clone(),
                start,
            };
            listing.keep(key, Bytes::new());
        }
        assert_eq!(kept(&listing), PAGES);
    }
}
