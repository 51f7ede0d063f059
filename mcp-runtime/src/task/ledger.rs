//! How many tasks there are, whose they are, and which of them run here.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::Live;
use crate::error::Failure;
use crate::store::{BuildKeyHasher, Key};

/// How many tasks one caller has at a time, running and kept.
const PER_CALLER: usize = 100;

/// How many there are in all.
const IN_ALL: usize = 1_000;

/// Every task of this server, until its time is over.
pub(crate) struct Ledger {
    pub(crate) per_caller: usize,
    pub(crate) in_all: usize,
    entries: Mutex<HashMap<Key, Entry, BuildKeyHasher>>,
    ended: Notify,
}

struct Entry {
    owner: Key,
    until: Instant,
    /// None once it has ended: the store has the rest.
    running: Option<Arc<Live>>,
}

/// There are as many tasks as there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMany {
    most: usize,
    /// Whether they are the caller's own.
    own: bool,
    /// How long until the first of them is gone.
    wait: Duration,
}

/// A task's place. Given back when dropped, unless it was kept.
pub(super) struct Place {
    ledger: Arc<Ledger>,
    key: Key,
    kept: bool,
}

impl Ledger {
    pub(crate) fn new() -> Self {
        Self {
            per_caller: PER_CALLER,
            in_all: IN_ALL,
            entries: Mutex::default(),
            ended: Notify::new(),
        }
    }

    /// Whether nothing was said about how many tasks there may be.
    pub(crate) fn is_untouched(&self) -> bool {
        (self.per_caller, self.in_all) == (PER_CALLER, IN_ALL)
    }

    /// Takes a place, if there is one.
    pub(super) fn reserve(
        self: &Arc<Self>,
        key: Key,
        owner: Key,
        ttl: Duration,
    ) -> Result<Place, TooMany> {
        let now = Instant::now();
        let mut entries = self.entries.lock();
        entries.retain(|_, entry| entry.running.is_some() || entry.until > now);
        let own = entries.values().filter(|entry| entry.owner == owner);
        let (own, in_all) = (own.count(), entries.len());
        let bound = match (own >= self.per_caller, in_all >= self.in_all) {
            (true, _) => Some((self.per_caller, true)),
            (_, true) => Some((self.in_all, false)),
            _ => None,
        };
        if let Some((most, own)) = bound {
            let ends = entries
                .values()
                .filter(|entry| !own || entry.owner == owner)
                .map(|entry| entry.until.saturating_duration_since(now));
            let wait = ends.min().unwrap_or_default();
            return Err(TooMany { most, own, wait });
        }
        let entry = Entry {
            owner,
            until: now + ttl,
            running: None,
        };
        entries.insert(key, entry);
        Ok(Place {
            ledger: Arc::clone(self),
            key,
            kept: false,
        })
    }

    /// The task under this key, if it runs here.
    pub(super) fn running(&self, key: Key) -> Option<Arc<Live>> {
        self.entries.lock().get(&key)?.running.clone()
    }

    /// A task has ended and is kept for so long.
    pub(super) fn end(&self, key: Key, keep: Duration) {
        if let Some(entry) = self.entries.lock().get_mut(&key) {
            entry.running = None;
            entry.until = Instant::now() + keep;
        }
        self.ended.notify_waiters();
    }

    /// Becomes ready when no task runs.
    pub(crate) async fn idle(&self) {
        loop {
            // Registered before they are counted: the last one may end in between.
            let ended = self.ended.notified();
            if !self.entries.lock().values().any(|it| it.running.is_some()) {
                return;
            }
            ended.await;
        }
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("tasks", &self.entries.lock().len())
            .finish_non_exhaustive()
    }
}

impl Place {
    /// The task runs: the place is its own until it has ended and its time is over.
    pub(super) fn keep(mut self, live: Arc<Live>) {
        self.kept = true;
        if let Some(entry) = self.ledger.entries.lock().get_mut(&self.key) {
            entry.running = Some(live);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.kept {
            self.ledger.entries.lock().remove(&self.key);
        }
    }
}

impl TooMany {
    pub(crate) fn failure(self, tool: &str) -> Failure {
        let Self { most, own, wait } = self;
        let text = match own {
            true => format!("`{tool}` runs as a task, and you have {most} tasks already"),
            false => format!("`{tool}` runs as a task, and the server has {most} already"),
        };
        Failure::new("busy", text).retry_after(wait)
    }
}
