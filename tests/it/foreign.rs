//! A store as one on a network is: it takes time, keeps bytes alone, can be away, and can hang.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use bytes::Bytes;
use mcp_runtime::store::{
    Charge, Claim, Key, Lookup, MemoryStore, Payload, Since, Store, StoreError, Taken,
};

/// Such a store, in front of one in memory.
#[derive(Debug, Default)]
pub(crate) struct Foreign {
    inner: MemoryStore,
    switch: Switch,
}

/// Sends the store away and back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Switch(Arc<AtomicU8>);

const UP: u8 = 0;
const AWAY: u8 = 1;
const HANGS: u8 = 2;

impl Switch {
    pub(crate) fn set(&self, away: bool) {
        self.0.store(if away { AWAY } else { UP }, Ordering::SeqCst);
    }

    /// No operation ends from now on.
    pub(crate) fn hang(&self) {
        self.0.store(HANGS, Ordering::SeqCst);
    }
}

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

impl Foreign {
    pub(crate) fn switch(&self) -> Switch {
        self.switch.clone()
    }

    /// A way to the store, on which others overtake, and perhaps its answer.
    fn reach<'a, T: 'a>(
        &'a self,
        ask: impl FnOnce(&'a MemoryStore) -> Answer<'a, T> + Send + 'a,
    ) -> Answer<'a, T> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            match self.switch.0.load(Ordering::SeqCst) {
                UP => ask(&self.inner).await,
                AWAY => Err(StoreError::new("away")),
                _ => std::future::pending().await,
            }
        })
    }
}

impl Store for Foreign {
    fn take<'a>(&'a self, charges: &'a [Charge]) -> Answer<'a, Taken> {
        self.reach(|inner| inner.take(charges))
    }

    fn get(&self, key: Key) -> Answer<'_, Lookup> {
        self.reach(move |inner| inner.get(key))
    }

    fn put<'a>(
        &'a self,
        key: Key,
        value: Payload,
        lifetime: Duration,
        tags: &'a [Key],
        since: Since,
    ) -> Answer<'a, ()> {
        let value = Payload::new(value.bytes().clone());
        self.reach(move |inner| inner.put(key, value, lifetime, tags, since))
    }

    fn remove(&self, key: Key) -> Answer<'_, ()> {
        self.reach(move |inner| inner.remove(key))
    }

    fn forget<'a>(&'a self, tags: &'a [Key]) -> Answer<'a, ()> {
        self.reach(|inner| inner.forget(tags))
    }

    fn claim(&self, key: Key, value: Bytes, lifetime: Duration) -> Answer<'_, Claim> {
        self.reach(move |inner| inner.claim(key, value, lifetime))
    }

    fn settle(&self, key: Key, value: Bytes, lifetime: Duration) -> Answer<'_, ()> {
        self.reach(move |inner| inner.settle(key, value, lifetime))
    }

    fn release(&self, key: Key) -> Answer<'_, ()> {
        self.reach(move |inner| inner.release(key))
    }
}
