//! Stores that break one promise each, and the check that says so.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::*;
use crate::store::{MemoryStore, Payload, StoreError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    EveryCallCostsOne,
    TakeNowTakesNothing,
    NamesTheOtherBucket,
    ForgetsOneTagAlone,
    ALookClaims,
    ALookTakes,
    SettlesForTheOldTime,
}

#[derive(Debug)]
struct Faulty {
    inner: MemoryStore,
    fault: Fault,
}

impl Store for Faulty {
    fn take<'a>(&'a self, charges: &'a [Charge]) -> BoxFuture<'a, Result<Taken, StoreError>> {
        Box::pin(async move {
            if self.fault == Fault::EveryCallCostsOne {
                let charges: Vec<_> = charges
                    .iter()
                    .map(|charge| Charge { cost: 1, ..*charge })
                    .collect();
                return self.inner.take(&charges).await;
            }
            let taken = self.inner.take(charges).await?;
            Ok(match taken {
                Taken::Short { index, wait } if self.fault == Fault::NamesTheOtherBucket => {
                    let index = charges.len() - 1 - index;
                    Taken::Short { index, wait }
                }
                taken => taken,
            })
        })
    }

    fn take_now(&self, charges: &[Charge]) -> Option<Taken> {
        match self.fault {
            Fault::TakeNowTakesNothing => Some(Taken::All),
            Fault::EveryCallCostsOne | Fault::NamesTheOtherBucket => None,
            _ => self.inner.take_now(charges),
        }
    }

    fn get(&self, key: Key) -> BoxFuture<'_, Result<Lookup, StoreError>> {
        self.inner.get(key)
    }

    fn put<'a>(
        &'a self,
        key: Key,
        value: Payload,
        lifetime: Duration,
        tags: &'a [Key],
        since: Since,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        self.inner.put(key, value, lifetime, tags, since)
    }

    fn remove(&self, key: Key) -> BoxFuture<'_, Result<(), StoreError>> {
        self.inner.remove(key)
    }

    fn forget<'a>(&'a self, tags: &'a [Key]) -> BoxFuture<'a, Result<(), StoreError>> {
        match self.fault {
            Fault::ForgetsOneTagAlone => self.inner.forget(&tags[..1]),
            _ => self.inner.forget(tags),
        }
    }

    fn claim(
        &self,
        key: Key,
        value: Bytes,
        lifetime: Duration,
    ) -> BoxFuture<'_, Result<Claim, StoreError>> {
        self.inner.claim(key, value, lifetime)
    }

    fn held(&self, key: Key) -> BoxFuture<'_, Result<Option<Bytes>, StoreError>> {
        Box::pin(async move {
            let held = self.inner.held(key).await;
            match self.fault {
                Fault::ALookClaims => {
                    self.inner
                        .claim(key, Bytes::from_static(b"a look"), LIFETIME)
                        .await?;
                }
                Fault::ALookTakes => self.inner.release(key).await?,
                _ => {}
            }
            held
        })
    }

    fn settle(
        &self,
        key: Key,
        value: Bytes,
        lifetime: Duration,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        match self.fault {
            Fault::SettlesForTheOldTime => self.inner.settle(key, value, lifetime / 3),
            _ => self.inner.settle(key, value, lifetime),
        }
    }

    fn release(&self, key: Key) -> BoxFuture<'_, Result<(), StoreError>> {
        self.inner.release(key)
    }
}

/// What the suite says of a store.
async fn verdict(fault: Fault) -> Option<String> {
    let store = Faulty {
        inner: MemoryStore::new(),
        fault,
    };
    let panic = AssertUnwindSafe(check(store)).catch_unwind().await.err()?;
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
}

#[tokio::test(start_paused = true)]
async fn every_promise_that_is_broken_is_named() {
    assert_eq!(verdict(Fault::None).await, None);
    for (fault, said) in [
        (Fault::EveryCallCostsOne, "a bucket pays its burst"),
        (Fault::TakeNowTakesNothing, "charge one bucket"),
        (Fault::NamesTheOtherBucket, "the most constrained"),
        (Fault::ForgetsOneTagAlone, "every tag that is named"),
        (Fault::ALookClaims, "a look claims nothing"),
        (Fault::ALookTakes, "a look takes nothing"),
        (Fault::SettlesForTheOldTime, "a lifetime of its own"),
    ] {
        let verdict = verdict(fault).await.unwrap_or_default();
        assert!(verdict.contains(said), "{fault:?}: {verdict}");
    }
}
