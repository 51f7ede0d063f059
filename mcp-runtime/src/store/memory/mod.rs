//! The store of tests and single machines: bounded, and gone with the process.

mod buckets;
mod claims;
mod values;

#[cfg(test)]
mod tests;

use std::fmt;
use std::future::ready;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::time::Instant;

use self::buckets::Buckets;
use self::claims::Claims;
use self::values::Values;
use super::{Charge, Claim, Key, Lookup, Payload, Since, Store, StoreError, Taken};

/// State in this process's memory.
///
/// It holds at most a number of buckets and of bytes. An idle bucket is full again and equals an absent one, so dropping it
/// loses nothing; a bucket in use is never dropped, since that would hand its owner a fresh allowance. When all of them are in
/// use, new keys share one bucket, and [`overflows`](Self::overflows) counts the calls that did.
///
/// A value that nobody asked for lately goes for a new one. A claim never goes before its time: when there is no place, new ones are refused, and with
/// them the calls that need one.
pub struct MemoryStore {
    started: Instant,
    buckets: Buckets,
    values: Values,
    claims: Claims,
}

impl MemoryStore {
    /// At most 2^20 buckets (64 MiB) and 64 MiB of values; of claims 2^18, with 64 MiB of results of tasks and idempotent calls; and 2^18 ids of
    /// questions that were answered.
    #[must_use]
    pub fn new() -> Self {
        Self::with_limits(1 << 20, 64 << 20)
    }

    /// At most this many buckets and this many bytes of values, and of the rest as many as [`new`](Self::new) says.
    #[must_use]
    pub fn with_limits(buckets: usize, bytes: usize) -> Self {
        Self {
            started: Instant::now(),
            buckets: Buckets::new(buckets),
            values: Values::new(bytes),
            claims: Claims::new(),
        }
    }

    /// Sets how many claims there can be at a time (one a task and one an idempotency key, until its time is over), and how many bytes of results they
    /// keep before no new one is granted. What runs then is still kept: by as much they may be more.
    #[must_use]
    pub fn max_claims(mut self, claims: usize, bytes: usize) -> Self {
        self.claims.bound(claims, bytes);
        self
    }

    /// Sets how many single-use ids there can be at a time: one an answered question, for as long as its answer could be sent again. They have places of
    /// their own, which results cannot take.
    #[must_use]
    pub fn max_ids(mut self, ids: usize) -> Self {
        self.claims.bound_ids(ids);
        self
    }

    /// How many charges went to the bucket that new keys share while all others are in use.
    pub fn overflows(&self) -> u64 {
        self.buckets.overflows()
    }

    /// How many buckets there are.
    pub fn bucket_count(&self) -> usize {
        self.buckets.len()
    }

    /// Charges all buckets or none.
    pub(crate) fn charge(&self, charges: &[Charge]) -> Taken {
        self.buckets.take(charges, self.now())
    }

    /// How long until a charge would pass, which is not made.
    #[cfg(feature = "auth")]
    pub(crate) fn wait(&self, charge: &Charge) -> Duration {
        self.buckets.wait(charge, self.now())
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("buckets", &self.buckets.len())
            .finish_non_exhaustive()
    }
}

impl Store for MemoryStore {
    fn take<'a>(&'a self, charges: &'a [Charge]) -> BoxFuture<'a, Result<Taken, StoreError>> {
        Box::pin(ready(Ok(self.charge(charges))))
    }

    fn take_now(&self, charges: &[Charge]) -> Option<Taken> {
        Some(self.charge(charges))
    }

    fn get(&self, key: Key) -> BoxFuture<'_, Result<Lookup, StoreError>> {
        Box::pin(ready(Ok(self.values.get(key, self.now()))))
    }

    fn put<'a>(
        &'a self,
        key: Key,
        value: Payload,
        lifetime: Duration,
        tags: &'a [Key],
        since: Since,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        self.values
            .put(key, value, lifetime, tags, since, self.now());
        Box::pin(ready(Ok(())))
    }

    fn remove(&self, key: Key) -> BoxFuture<'_, Result<(), StoreError>> {
        self.values.remove(key);
        Box::pin(ready(Ok(())))
    }

    fn forget<'a>(&'a self, tags: &'a [Key]) -> BoxFuture<'a, Result<(), StoreError>> {
        self.values.forget(tags);
        Box::pin(ready(Ok(())))
    }

    fn claim(
        &self,
        key: Key,
        value: Bytes,
        lifetime: Duration,
    ) -> BoxFuture<'_, Result<Claim, StoreError>> {
        Box::pin(ready(self.claims.claim(key, value, lifetime, self.now())))
    }

    fn held(&self, key: Key) -> BoxFuture<'_, Result<Option<Bytes>, StoreError>> {
        Box::pin(ready(Ok(self.claims.held(key, self.now()))))
    }

    fn settle(
        &self,
        key: Key,
        value: Bytes,
        lifetime: Duration,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        self.claims.settle(key, value, lifetime, self.now());
        Box::pin(ready(Ok(())))
    }

    fn release(&self, key: Key) -> BoxFuture<'_, Result<(), StoreError>> {
        self.claims.release(key);
        Box::pin(ready(Ok(())))
    }

    fn is_local(&self) -> bool {
        true
    }
}
