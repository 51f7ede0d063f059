//! The one seam for state that calls share: buckets, values with a lifetime, and claims.
//!
//! [`MemoryStore`] is what tests and single machines use. A store on a network does each operation in one round trip, and
//! passes the suite in `conformance` (feature `testing`).

#[cfg(feature = "testing")]
pub mod conformance;
mod guarded;
mod health;
mod key;
mod memory;
mod payload;

use std::fmt::Debug;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;

pub(crate) use self::guarded::Guarded;
pub(crate) use self::health::Health;
pub(crate) use self::key::BuildKeyHasher;
pub use self::key::{Key, KeyBuilder, KeySpace};
pub use self::memory::MemoryStore;
pub use self::payload::Payload;

/// State that calls share.
///
/// Every operation is atomic. Times are measured on the store's own clock.
///
/// Unless it [is local](Self::is_local), a store has 50 ms for each operation ([`Server::store_timeout`](crate::Server::store_timeout) says otherwise).
/// One that takes longer is cancelled, its future dropped, and counts as failed; so does every error. After five failures in a row, or ten of
/// twenty operations, the store is left alone for a second, and then asked by one operation at a time until it answers.
///
/// An operation is cancelled as well when its call is, so at any moment. What a cancelled one did it may have done or not, as a whole: a
/// [`take`](Self::take) may have charged, a [`claim`](Self::claim) may have been granted to nobody. Neither may leave the connection that it was on
/// with half an answer for the next.
pub trait Store: Debug + Send + Sync + 'static {
    /// Charges all buckets or none (GCRA: ITU-T I.371, "virtual scheduling").
    fn take<'a>(&'a self, charges: &'a [Charge]) -> BoxFuture<'a, Result<Taken, StoreError>>;

    /// The same without waiting, in a store that can: one in this process's memory. Others say `None` and are asked with
    /// [`take`](Self::take).
    fn take_now(&self, charges: &[Charge]) -> Option<Taken> {
        let _ = charges;
        None
    }

    /// The value under a key, if it is there, its lifetime is not over, and none of its tags was forgotten since.
    fn get(&self, key: Key) -> BoxFuture<'_, Result<Lookup, StoreError>>;

    /// Keeps a value for a lifetime, under tags that [`forget`](Self::forget) finds it by.
    ///
    /// `since` is from the [`get`](Self::get) before the value was computed: where a tag was forgotten in between, the value is stale
    /// already and is never served.
    fn put<'a>(
        &'a self,
        key: Key,
        value: Payload,
        lifetime: Duration,
        tags: &'a [Key],
        since: Since,
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Drops the value under a key.
    fn remove(&self, key: Key) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Drops every value that was put under one of these tags.
    fn forget<'a>(&'a self, tags: &'a [Key]) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Keeps a value under a key that nobody holds; otherwise says what is there.
    ///
    /// For single-use ids, leases and idempotency keys.
    fn claim(
        &self,
        key: Key,
        value: Bytes,
        lifetime: Duration,
    ) -> BoxFuture<'_, Result<Claim, StoreError>>;

    /// The value of a claim, if somebody holds it.
    ///
    /// A store that can look without claiming does so; this default claims for a moment and gives the claim up again.
    fn held(&self, key: Key) -> BoxFuture<'_, Result<Option<Bytes>, StoreError>> {
        Box::pin(async move {
            match self
                .claim(key, Bytes::new(), Duration::from_secs(1))
                .await?
            {
                Claim::Held(value) => Ok(Some(value)),
                Claim::Granted => self.release(key).await.map(|()| None),
            }
        })
    }

    /// Puts another value in the place of a claimed one, for a new lifetime.
    fn settle(
        &self,
        key: Key,
        value: Bytes,
        lifetime: Duration,
    ) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Gives a claim up.
    fn release(&self, key: Key) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Whether an answer comes at once, with nothing to wait for: such a store is asked without a task of its own.
    fn is_local(&self) -> bool {
        false
    }
}

/// What one call costs one bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    /// Whose bucket it is.
    pub key: Key,
    /// How long one unit takes to flow back.
    pub interval: Duration,
    /// How many units the bucket holds.
    pub burst: u64,
    /// How many units the call costs.
    pub cost: u64,
}

/// What became of a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Every bucket was charged.
    All,
    /// None was: the bucket at `index` is the most constrained one, and lets the call pass after `wait`.
    Short {
        /// Which of the charges.
        index: usize,
        /// How long until the same charge passes, if nobody else charges.
        wait: Duration,
    },
}

/// What is under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// This value.
    Found(Stored),
    /// Nothing, as of this moment.
    Missing(Since),
}

/// A moment on the store's count of forgotten tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Since(pub u64);

/// A value and how long it has been there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The value.
    pub value: Payload,
    /// How long ago it was put.
    pub age: Duration,
    /// This moment: for the value that takes this one's place.
    pub since: Since,
}

/// What became of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The key is ours now.
    Granted,
    /// Somebody holds it, with this value.
    Held(Bytes),
}

/// The store did not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreError {
    message: String,
}

impl StoreError {
    /// An error in the store's own words, for the log.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for StoreError {}
