//! Claims: single-use ids, leases, idempotency keys. A claim never goes before its time, since a lost one would let an effect
//! happen twice: when there is no room, a new one is refused.
//!
//! Claims without a value, which is what single-use ids are, have a table of their own: whoever fills the other one with results keeps nobody
//! from answering a question, and the other way round.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;

use super::super::{BuildKeyHasher, Claim, Key, StoreError};

/// How many claims with a value there can be at a time.
pub(super) const CLAIMS: usize = 1 << 18;

/// How many without one.
pub(super) const IDS: usize = 1 << 18;

/// How many bytes the values may be before no new claim is granted.
pub(super) const BYTES: usize = 64 << 20;

/// A full table is swept at most this often: a flood of claims must not turn each into a sweep.
const SWEEP_PAUSE: Duration = Duration::from_millis(10);

pub(super) struct Claims(Mutex<Tables>);

struct Tables {
    values: Table,
    ids: Table,
}

/// Claims and how many there may be. A key is in one table at most.
struct Table {
    held: HashMap<Key, Held, BuildKeyHasher>,
    bytes: usize,
    most: usize,
    most_bytes: usize,
    /// Before this instant a sweep is not worth its time.
    sweep_after: Duration,
}

struct Held {
    value: Bytes,
    until: Duration,
}

impl Claims {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Tables {
            values: Table::new(CLAIMS, BYTES),
            ids: Table::new(IDS, usize::MAX),
        }))
    }

    pub(super) fn bound(&mut self, claims: usize, bytes: usize) {
        let values = &mut self.0.get_mut().values;
        (values.most, values.most_bytes) = (claims, bytes);
    }

    pub(super) fn bound_ids(&mut self, ids: usize) {
        self.0.get_mut().ids.most = ids;
    }

    pub(super) fn claim(
        &self,
        key: Key,
        value: Bytes,
        lifetime: Duration,
        now: Duration,
    ) -> Result<Claim, StoreError> {
        let tables = &mut *self.0.lock();
        if let Some(value) = tables.held(key, now) {
            return Ok(Claim::Held(value.clone()));
        }
        tables.remove(key);
        let table = tables.of(&value);
        if !table.make_room(now) {
            return Err(StoreError::new("every place for a claim is taken"));
        }
        table.insert(key, value, now.saturating_add(lifetime));
        Ok(Claim::Granted)
    }

    pub(super) fn held(&self, key: Key, now: Duration) -> Option<Bytes> {
        self.0.lock().held(key, now).cloned()
    }

    /// A claim that was granted is always settled: what it says may take the table over its bound, by as much as runs at a time.
    pub(super) fn settle(&self, key: Key, value: Bytes, lifetime: Duration, now: Duration) {
        let tables = &mut *self.0.lock();
        tables.remove(key);
        let until = now.saturating_add(lifetime);
        tables.of(&value).insert(key, value, until);
    }

    pub(super) fn release(&self, key: Key) {
        self.0.lock().remove(key);
    }
}

impl Tables {
    fn of(&mut self, value: &Bytes) -> &mut Table {
        match value.is_empty() {
            true => &mut self.ids,
            false => &mut self.values,
        }
    }

    fn held(&self, key: Key, now: Duration) -> Option<&Bytes> {
        let held = self
            .values
            .held
            .get(&key)
            .or_else(|| self.ids.held.get(&key))?;
        (held.until > now).then_some(&held.value)
    }

    fn remove(&mut self, key: Key) {
        self.values.remove(key);
        self.ids.remove(key);
    }
}

impl Table {
    fn new(most: usize, most_bytes: usize) -> Self {
        Self {
            held: HashMap::default(),
            bytes: 0,
            most,
            most_bytes,
            sweep_after: Duration::ZERO,
        }
    }

    fn is_full(&self) -> bool {
        self.held.len() >= self.most || self.bytes >= self.most_bytes
    }

    /// Whether there is a place for one more, dropping those whose time is over to make one.
    fn make_room(&mut self, now: Duration) -> bool {
        if !self.is_full() {
            return true;
        }
        if now < self.sweep_after {
            return false;
        }
        self.held.retain(|_, held| held.until > now);
        self.bytes = self.held.values().map(|held| held.value.len()).sum();
        let next = self.held.values().map(|held| held.until).min();
        self.sweep_after = next.unwrap_or(now).max(now.saturating_add(SWEEP_PAUSE));
        !self.is_full()
    }

    fn insert(&mut self, key: Key, value: Bytes, until: Duration) {
        self.bytes += value.len();
        // What is settled for a shorter time than others may be the first to go.
        self.sweep_after = self.sweep_after.min(until);
        self.held.insert(key, Held { value, until });
    }

    fn remove(&mut self, key: Key) {
        if let Some(held) = self.held.remove(&key) {
            self.bytes -= held.value.len();
        }
    }
}
