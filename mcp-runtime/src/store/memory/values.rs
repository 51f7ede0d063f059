//! Values with a lifetime and tags, bounded by bytes: what was used longest ago goes first.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use parking_lot::Mutex;

use super::super::{BuildKeyHasher, Key, Lookup, Payload, Since, Stored};

/// What an entry costs beside its bytes: the key, the times, the map's own bookkeeping.
const OVERHEAD: u32 = 128;

/// How many forgotten tags are remembered one by one.
const TAGS: usize = 1 << 16;

pub(super) struct Values {
    entries: Cache<Key, Arc<Entry>, BuildKeyHasher>,
    forgotten: Mutex<Forgotten>,
}

struct Entry {
    value: Payload,
    tags: Box<[Key]>,
    /// What the value was computed from: everything forgotten later makes it stale.
    since: Since,
    put: Duration,
    until: Duration,
}

/// When each tag was last forgotten, on a counter of its own.
#[derive(Default)]
struct Forgotten {
    now: u64,
    tags: HashMap<Key, u64, BuildKeyHasher>,
    /// A tag that is not among them was forgotten then at the latest.
    floor: u64,
}

impl Values {
    pub(super) fn new(bytes: usize) -> Self {
        let weight = |_: &Key, entry: &Arc<Entry>| {
            u32::try_from(entry.value.weight())
                .unwrap_or(u32::MAX)
                .saturating_add(OVERHEAD)
        };
        Self {
            entries: Cache::builder()
                .max_capacity(bytes as u64)
                .weigher(weight)
                .build_with_hasher(BuildKeyHasher::default()),
            forgotten: Mutex::default(),
        }
    }

    pub(super) fn get(&self, key: Key, now: Duration) -> Lookup {
        let entry = self.entries.get(&key);
        let forgotten = self.forgotten.lock();
        let since = Since(forgotten.now);
        let Some(entry) = entry else {
            return Lookup::Missing(since);
        };
        if entry.until <= now || forgotten.outdates(&entry) {
            drop(forgotten);
            self.entries.invalidate(&key);
            return Lookup::Missing(since);
        }
        Lookup::Found(Stored {
            value: entry.value.clone(),
            age: now.saturating_sub(entry.put),
            since,
        })
    }

    pub(super) fn put(
        &self,
        key: Key,
        value: Payload,
        lifetime: Duration,
        tags: &[Key],
        since: Since,
        now: Duration,
    ) {
        let entry = Entry {
            value,
            tags: tags.into(),
            since,
            put: now,
            until: now.saturating_add(lifetime),
        };
        self.entries.insert(key, Arc::new(entry));
    }

    pub(super) fn remove(&self, key: Key) {
        self.entries.invalidate(&key);
    }

    pub(super) fn forget(&self, tags: &[Key]) {
        let mut forgotten = self.forgotten.lock();
        forgotten.now += 1;
        let now = forgotten.now;
        if forgotten.tags.len() + tags.len() > TAGS {
            // Too many to remember: everything older goes, which costs misses and never serves what is stale.
            forgotten.tags.clear();
            forgotten.floor = now;
        }
        forgotten.tags.extend(tags.iter().map(|tag| (*tag, now)));
    }
}

impl Forgotten {
    fn outdates(&self, entry: &Entry) -> bool {
        entry.tags.iter().any(|tag| {
            let last = self.tags.get(tag).unwrap_or(&self.floor);
            *last > entry.since.0
        })
    }
}
