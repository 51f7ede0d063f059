//! A store that the test keeps a hold of.

use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use mcp_runtime::store::{
    Charge, Claim, Key, Lookup, MemoryStore, Payload, Since, Store, StoreError, Taken,
};

/// The key of servers that share a store.
pub(crate) const KEY: [u8; 32] = [7; 32];

#[derive(Debug, Clone)]
pub(crate) struct Shared(Arc<MemoryStore>);

impl Shared {
    pub(crate) fn new(store: MemoryStore) -> Self {
        Self(Arc::new(store))
    }
}

impl Deref for Shared {
    type Target = MemoryStore;

    fn deref(&self) -> &MemoryStore {
        &self.0
    }
}

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

impl Store for Shared {
    fn take<'a>(&'a self, charges: &'a [Charge]) -> Answer<'a, Taken> {
        self.0.take(charges)
    }

    fn get(&self, key: Key) -> Answer<'_, Lookup> {
        self.0.get(key)
    }

    fn put<'a>(
        &'a self,
        key: Key,
        value: Payload,
        lifetime: Duration,
        tags: &'a [Key],
        since: Since,
    ) -> Answer<'a, ()> {
        self.0.put(key, value, lifetime, tags, since)
    }

    fn remove(&self, key: Key) -> Answer<'_, ()> {
        self.0.remove(key)
    }

    fn forget<'a>(&'a self, tags: &'a [Key]) -> Answer<'a, ()> {
        self.0.forget(tags)
    }

    fn claim(&self, key: Key, value: Bytes, lifetime: Duration) -> Answer<'_, Claim> {
        self.0.claim(key, value, lifetime)
    }

    fn settle(&self, key: Key, value: Bytes, lifetime: Duration) -> Answer<'_, ()> {
        self.0.settle(key, value, lifetime)
    }

    fn release(&self, key: Key) -> Answer<'_, ()> {
        self.0.release(key)
    }
}
