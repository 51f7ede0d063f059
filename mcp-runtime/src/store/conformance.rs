//! What any [`Store`] must do, as a suite for whoever writes another one.
//!
//! ```no_run
//! use mcp_runtime::store::{MemoryStore, conformance};
//!
//! #[tokio::test]
//! async fn my_store_is_a_store() {
//!     conformance::check(MemoryStore::new()).await;
//! }
//! ```
//!
//! The suite waits for lifetimes of a few hundred milliseconds to pass. For a store that tells time with tokio's clock it
//! takes no time at all under `#[tokio::test(start_paused = true)]`.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::{Charge, Claim, Key, Lookup, Since, Store, Taken};

/// Long enough for a round trip to a store, short enough to wait for.
const LIFETIME: Duration = Duration::from_millis(300);

/// Runs the whole suite. Keys are random, so a shared store may be in use.
///
/// # Panics
/// With the promise that the store does not keep.
pub async fn check(store: impl Store) {
    let store = Arc::new(store);
    buckets(&*store).await;
    costs(&*store).await;
    at_hand(&*store).await;
    all_or_none(&*store).await;
    most_constrained(&*store).await;
    at_once(&store).await;
    values(&*store).await;
    tags(&*store).await;
    several_tags(&*store).await;
    claims(&*store).await;
    looks(&*store).await;
    settles(&*store).await;
    claimed_once(&store).await;
}

async fn buckets(store: &dyn Store) {
    let charge = [charge(key(), 5)];
    for _ in 0..5 {
        let taken = taken(store, &charge).await;
        assert_eq!(taken, Taken::All, "a full bucket pays its burst");
    }
    let Taken::Short { index: 0, wait } = taken(store, &charge).await else {
        panic!("an empty bucket pays nothing");
    };
    assert!(wait <= charge[0].interval, "the wait is exact: {wait:?}");
    sleep(charge[0].interval + Duration::from_millis(20)).await;
    let refilled = taken(store, &charge).await;
    assert_eq!(refilled, Taken::All, "an interval refills one unit");
}

async fn costs(store: &dyn Store) {
    let one = charge(key(), 5);
    let [three, two] = [3, 2].map(|cost| [Charge { cost, ..one }]);
    assert_eq!(taken(store, &three).await, Taken::All);
    let Taken::Short { index: 0, wait } = taken(store, &three).await else {
        panic!("a bucket pays its burst, not so many calls");
    };
    let most = three[0].interval;
    let exact = most.saturating_sub(Duration::from_millis(100))..=most;
    assert!(exact.contains(&wait), "one unit is missing: {wait:?}");
    let rest = taken(store, &two).await;
    assert_eq!(rest, Taken::All, "a charge that was refused took nothing");
    assert!(matches!(taken(store, &[one]).await, Taken::Short { .. }));
}

/// A store may answer without waiting; then it answers the same.
async fn at_hand(store: &dyn Store) {
    let charge = [charge(key(), 2)];
    let Some(first) = store.take_now(&charge) else {
        return;
    };
    assert_eq!(first, Taken::All);
    assert_eq!(taken(store, &charge).await, Taken::All);
    let third = store.take_now(&charge);
    let refused = matches!(third, Some(Taken::Short { .. }));
    assert!(
        refused,
        "`take` and `take_now` charge one bucket: {third:?}"
    );
}

async fn most_constrained(store: &dyn Store) {
    let soon = charge(key(), 1);
    let late = Charge {
        interval: soon.interval * 10,
        ..charge(key(), 1)
    };
    assert_eq!(taken(store, &[soon, late]).await, Taken::All);
    for (charges, slowest) in [([soon, late], 1), ([late, soon], 0)] {
        let Taken::Short { index, wait } = taken(store, &charges).await else {
            panic!("two empty buckets refuse");
        };
        assert_eq!(
            index, slowest,
            "of two buckets that refuse, the most constrained is named"
        );
        assert!(
            wait > soon.interval,
            "the wait is that of the bucket that is named: {wait:?}"
        );
    }
}

async fn all_or_none(store: &dyn Store) {
    let (wide, narrow) = (charge(key(), 3), charge(key(), 1));
    assert_eq!(taken(store, &[wide, narrow]).await, Taken::All);
    for _ in 0..3 {
        let Taken::Short { index, .. } = taken(store, &[wide, narrow]).await else {
            panic!("the empty bucket refuses");
        };
        assert_eq!(index, 1, "the most constrained bucket is named");
    }
    for _ in 0..2 {
        let left = taken(store, &[wide]).await;
        assert_eq!(left, Taken::All, "a refused charge charges no bucket");
    }
    assert!(matches!(taken(store, &[wide]).await, Taken::Short { .. }));
}

async fn at_once(store: &Arc<impl Store>) {
    let charge = charge(key(), 10);
    let mut calls = JoinSet::new();
    for _ in 0..100 {
        let store = Arc::clone(store);
        calls.spawn(async move { taken(&*store, &[charge]).await });
    }
    let passed = calls
        .join_all()
        .await
        .into_iter()
        .filter(|taken| *taken == Taken::All);
    assert_eq!(passed.count(), 10, "of 100 calls at once, the burst passes");
}

async fn values(store: &dyn Store) {
    let key = key();
    let since = missing(store, key).await;
    put(store, key, b"value", &[], since).await;
    let Ok(Lookup::Found(stored)) = store.get(key).await else {
        panic!("a value is there after it was put");
    };
    assert_eq!(stored.value.bytes()[..], b"value"[..]);
    assert!(stored.age < LIFETIME, "the age counts from the put");
    sleep(LIFETIME + Duration::from_millis(20)).await;
    let since = missing(store, key).await;
    put(store, key, b"value", &[], since).await;
    let removed = store.remove(key).await;
    assert!(removed.is_ok(), "{removed:?}");
    missing(store, key).await;
}

async fn tags(store: &dyn Store) {
    let (a, b, tag, other) = (key(), key(), key(), key());
    let since = missing(store, a).await;
    put(store, a, b"a", &[tag, other], since).await;
    put(store, b, b"b", &[other], since).await;
    forget(store, tag).await;
    missing(store, a).await;
    let kept = store.get(b).await;
    assert!(matches!(kept, Ok(Lookup::Found(_))), "other tags stay");
    let since = missing(store, a).await;
    forget(store, tag).await;
    put(store, a, b"stale", &[tag], since).await;
    missing(store, a).await;
}

async fn several_tags(store: &dyn Store) {
    let (a, b, c) = (key(), key(), key());
    let (first, second, other) = (key(), key(), key());
    for (value, tag) in [(a, first), (b, second), (c, other)] {
        let since = missing(store, value).await;
        put(store, value, b"value", &[tag], since).await;
    }
    let forgotten = store.forget(&[first, second]).await;
    assert!(forgotten.is_ok(), "{forgotten:?}");
    for value in [a, b] {
        let left = store.get(value).await;
        let gone = matches!(left, Ok(Lookup::Missing(_)));
        assert!(gone, "every tag that is named is forgotten: {left:?}");
    }
    let kept = store.get(c).await;
    assert!(matches!(kept, Ok(Lookup::Found(_))), "other tags stay");
}

async fn looks(store: &dyn Store) {
    let key = key();
    assert_eq!(store.held(key).await, Ok(None), "nobody holds it");
    let granted = claim(store, key, b"value").await;
    assert_eq!(granted, Claim::Granted, "a look claims nothing");
    let held = Bytes::from_static(b"value");
    assert_eq!(store.held(key).await, Ok(Some(held.clone())));
    assert_eq!(
        store.held(key).await,
        Ok(Some(held)),
        "a look takes nothing"
    );
    sleep(LIFETIME + Duration::from_millis(20)).await;
    let after = store.held(key).await;
    assert_eq!(after, Ok(None), "a claim ends with its lifetime");
}

async fn settles(store: &dyn Store) {
    let key = key();
    assert_eq!(claim(store, key, b"running").await, Claim::Granted);
    sleep(LIFETIME / 3 * 2).await;
    let done = Bytes::from_static(b"done");
    let settled = store.settle(key, done.clone(), LIFETIME).await;
    assert!(settled.is_ok(), "{settled:?}");
    sleep(LIFETIME / 3 * 2).await;
    let held = store.held(key).await;
    assert_eq!(
        held,
        Ok(Some(done)),
        "a settled claim has a lifetime of its own"
    );
    sleep(LIFETIME / 3 + Duration::from_millis(20)).await;
    assert_eq!(store.held(key).await, Ok(None), "which ends");
}

async fn claims(store: &dyn Store) {
    let key = key();
    assert_eq!(claim(store, key, b"first").await, Claim::Granted);
    let held = Claim::Held(Bytes::from_static(b"first"));
    assert_eq!(
        claim(store, key, b"second").await,
        held,
        "a claim is exclusive"
    );
    let settled = store
        .settle(key, Bytes::from_static(b"done"), LIFETIME)
        .await;
    assert!(settled.is_ok(), "{settled:?}");
    let held = Claim::Held(Bytes::from_static(b"done"));
    assert_eq!(claim(store, key, b"third").await, held);
    let released = store.release(key).await;
    assert!(released.is_ok(), "{released:?}");
    assert_eq!(claim(store, key, b"fourth").await, Claim::Granted);
    sleep(LIFETIME + Duration::from_millis(20)).await;
    let after = claim(store, key, b"fifth").await;
    assert_eq!(after, Claim::Granted, "a claim ends with its lifetime");
}

async fn claimed_once(store: &Arc<impl Store>) {
    let key = key();
    let mut calls = JoinSet::new();
    for _ in 0..100 {
        let store = Arc::clone(store);
        calls.spawn(async move { claim(&*store, key, b"me").await });
    }
    let granted = calls
        .join_all()
        .await
        .into_iter()
        .filter(|claim| *claim == Claim::Granted);
    assert_eq!(granted.count(), 1, "of 100 claims at once, one is granted");
}

fn key() -> Key {
    Key(rand::random())
}

fn charge(key: Key, burst: u64) -> Charge {
    Charge {
        key,
        interval: Duration::from_millis(400),
        burst,
        cost: 1,
    }
}

async fn taken(store: &dyn Store, charges: &[Charge]) -> Taken {
    match store.take(charges).await {
        Ok(taken) => taken,
        Err(error) => panic!("the store does not answer: {error}"),
    }
}

async fn missing(store: &dyn Store, key: Key) -> Since {
    match store.get(key).await {
        Ok(Lookup::Missing(since)) => since,
        other => panic!("nothing is to be found under this key: {other:?}"),
    }
}

async fn put(store: &dyn Store, key: Key, value: &'static [u8], tags: &[Key], since: Since) {
    let value = Bytes::from_static(value).into();
    let put = store.put(key, value, LIFETIME, tags, since).await;
    assert!(put.is_ok(), "{put:?}");
}

async fn forget(store: &dyn Store, tag: Key) {
    let forgotten = store.forget(&[tag]).await;
    assert!(forgotten.is_ok(), "{forgotten:?}");
}

async fn claim(store: &dyn Store, key: Key, value: &'static [u8]) -> Claim {
    match store.claim(key, Bytes::from_static(value), LIFETIME).await {
        Ok(claim) => claim,
        Err(error) => panic!("the store does not answer: {error}"),
    }
}

#[cfg(test)]
mod tests;
