//! Claims: single-use ids, leases, idempotency keys. A claim never goes before its time, since a lost one would let an effect
//! happen twice: when there is no room, a new one is refused.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;

use super::super::{Claim, Key, StoreError};

/// How many claims there can be at a time.
const CAPACITY: usize = 1 << 18;

#[derive(Default)]
pub(super) struct Claims {
    held: Mutex<HashMap<Key, Held>>,
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
        let mut claims = self.held.lock();
        if let Some(held) = claims.get(&key)
            && held.until > now
        {
            return Ok(Claim::Held(held.value.clone()));
        }
        if claims.len() >= CAPACITY {
            claims.retain(|_, held| held.until > now);
        }
        if claims.len() >= CAPACITY {
            return Err(StoreError::new("every place for a claim is taken"));
        }
        let until = now.saturating_add(lifetime);
        claims.insert(key, Held { value, until });
        Ok(Claim::Granted)
    }

    pub(super) fn settle(&self, key: Key, value: Bytes, lifetime: Duration, now: Duration) {
        let until = now.saturating_add(lifetime);
        self.held.lock().insert(key, Held { value, until });
    }

    pub(super) fn release(&self, key: Key) {
        self.held.lock().remove(&key);
    }
}
