//! Claims: single-use ids, leases, idempotency keys. A claim never goes before its time, since a lost one would let an effect
//! happen twice: when there is no room, a new one is refused.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;

use super::super::{Claim, Key, StoreError};

/// How many claims there can be at a time.
const CAPACITY: usize = 1 << 18;

/// How many bytes their values may be before no new one is granted.
const BYTES: usize = 64 << 20;

#[derive(Default)]
pub(super) struct Claims(Mutex<Table>);

#[derive(Default)]
struct Table {
    held: HashMap<Key, Held>,
    bytes: usize,
}

struct Held {
    value: Bytes,
    until: Duration,
}

impl Claims {
    pub(super) fn claim(
        &self,
        key: Key,
        value: Bytes,
        lifetime: Duration,
        now: Duration,
    ) -> Result<Claim, StoreError> {
        let mut claims = self.0.lock();
        if let Some(held) = claims.held.get(&key)
            && held.until > now
        {
            return Ok(Claim::Held(held.value.clone()));
        }
        if claims.is_full() {
            claims.sweep(now);
        }
        if claims.is_full() {
            return Err(StoreError::new("every place for a claim is taken"));
        }
        claims.insert(key, value, now.saturating_add(lifetime));
        Ok(Claim::Granted)
    }

    pub(super) fn held(&self, key: Key, now: Duration) -> Option<Bytes> {
        let claims = self.0.lock();
        let held = claims.held.get(&key).filter(|held| held.until > now)?;
        Some(held.value.clone())
    }

    /// A claim that was granted is always settled: what it says may take the table over its bound, by as much as runs at a time.
    pub(super) fn settle(&self, key: Key, value: Bytes, lifetime: Duration, now: Duration) {
        let until = now.saturating_add(lifetime);
        self.0.lock().insert(key, value, until);
    }

    pub(super) fn release(&self, key: Key) {
        self.0.lock().remove(key);
    }
}

impl Table {
    fn is_full(&self) -> bool {
        self.held.len() >= CAPACITY || self.bytes >= BYTES
    }

    fn insert(&mut self, key: Key, value: Bytes, until: Duration) {
        self.remove(key);
        self.bytes += value.len();
        self.held.insert(key, Held { value, until });
    }

    fn remove(&mut self, key: Key) {
        if let Some(held) = self.held.remove(&key) {
            self.bytes -= held.value.len();
        }
    }

    fn sweep(&mut self, now: Duration) {
        self.held.retain(|_, held| held.until > now);
        self.bytes = self.held.values().map(|held| held.value.len()).sum();
    }
}
