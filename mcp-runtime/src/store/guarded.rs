//! A store on a network, which may be slow or away: no operation takes longer than its time, and an outage costs the first calls alone.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;

use super::health::Health;
use super::{Charge, Claim, Key, Lookup, Payload, Since, Store, StoreError, Taken};

/// What stands between the server and a store that is not in its own memory.
#[derive(Debug)]
pub(crate) struct Guarded {
    inner: Arc<dyn Store>,
    patience: Duration,
    health: Arc<Health>,
}

impl Guarded {
    pub(crate) fn new(inner: Arc<dyn Store>, patience: Duration) -> Self {
        Self {
            inner,
            patience,
            health: Arc::new(Health::new()),
        }
    }

    pub(crate) fn health(&self) -> &Arc<Health> {
        &self.health
    }

    fn ask<'a, T: Send>(
        &'a self,
        operation: impl FnOnce(&'a dyn Store) -> BoxFuture<'a, Result<T, StoreError>> + Send + 'a,
    ) -> BoxFuture<'a, Result<T, StoreError>> {
        Box::pin(async move {
            // Listened for before the operation is let through: the breaker may open in between.
            let opened = self.health.opened();
            let Some(pass) = self.health.admit() else {
                return Err(StoreError::new("it is away, and asked again in a moment"));
            };
            let answer = tokio::select! {
                biased;
                answer = tokio::time::timeout(self.patience, operation(&*self.inner)) => {
                    let late = |_| Err(StoreError::new(format!("no answer within {:?}", self.patience)));
                    answer.unwrap_or_else(late)
                }
                () = opened => Err(StoreError::new("it went away")),
            };
            pass.record(answer.as_ref().err());
            answer
        })
    }
}

impl Store for Guarded {
    fn take<'a>(&'a self, charges: &'a [Charge]) -> BoxFuture<'a, Result<Taken, StoreError>> {
        self.ask(move |store| store.take(charges))
    }

    fn take_now(&self, charges: &[Charge]) -> Option<Taken> {
        self.inner.take_now(charges)
    }

    fn get(&self, key: Key) -> BoxFuture<'_, Result<Lookup, StoreError>> {
        self.ask(move |store| store.get(key))
    }

    fn put<'a>(
        &'a self,
        key: Key,
        value: Payload,
        lifetime: Duration,
        tags: &'a [Key],
        since: Since,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        self.ask(move |store| store.put(key, value, lifetime, tags, since))
    }

    fn remove(&self, key: Key) -> BoxFuture<'_, Result<(), StoreError>> {
        self.ask(move |store| store.remove(key))
    }

    fn forget<'a>(&'a self, tags: &'a [Key]) -> BoxFuture<'a, Result<(), StoreError>> {
        self.ask(move |store| store.forget(tags))
    }

    fn claim(
        &self,
        key: Key,
        value: Bytes,
        lifetime: Duration,
    ) -> BoxFuture<'_, Result<Claim, StoreError>> {
        self.ask(move |store| store.claim(key, value, lifetime))
    }

    fn held(&self, key: Key) -> BoxFuture<'_, Result<Option<Bytes>, StoreError>> {
        self.ask(move |store| store.held(key))
    }

    fn settle(
        &self,
        key: Key,
        value: Bytes,
        lifetime: Duration,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        self.ask(move |store| store.settle(key, value, lifetime))
    }

    fn release(&self, key: Key) -> BoxFuture<'_, Result<(), StoreError>> {
        self.ask(move |store| store.release(key))
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::time::{Instant, advance, sleep};

    use super::*;

    const PATIENCE: Duration = Duration::from_millis(50);

    /// A store that never answers, and counts who asks.
    #[derive(Debug, Clone, Default)]
    struct Hanging(Arc<AtomicUsize>);

    impl Hanging {
        fn hang<T: Send + 'static>(&self) -> BoxFuture<'static, Result<T, StoreError>> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Box::pin(pending())
        }
    }

    impl Store for Hanging {
        fn take<'a>(&'a self, _: &'a [Charge]) -> BoxFuture<'a, Result<Taken, StoreError>> {
            self.hang()
        }

        fn get(&self, _: Key) -> BoxFuture<'_, Result<Lookup, StoreError>> {
            self.hang()
        }

        fn put<'a>(
            &'a self,
            _: Key,
            _: Payload,
            _: Duration,
            _: &'a [Key],
            _: Since,
        ) -> BoxFuture<'a, Result<(), StoreError>> {
            self.hang()
        }

        fn remove(&self, _: Key) -> BoxFuture<'_, Result<(), StoreError>> {
            self.hang()
        }

        fn forget<'a>(&'a self, _: &'a [Key]) -> BoxFuture<'a, Result<(), StoreError>> {
            self.hang()
        }

        fn claim(&self, _: Key, _: Bytes, _: Duration) -> BoxFuture<'_, Result<Claim, StoreError>> {
            self.hang()
        }

        fn settle(&self, _: Key, _: Bytes, _: Duration) -> BoxFuture<'_, Result<(), StoreError>> {
            self.hang()
        }

        fn release(&self, _: Key) -> BoxFuture<'_, Result<(), StoreError>> {
            self.hang()
        }
    }

    /// Each operation in turn: how long it took to fail.
    async fn failures(store: &Guarded) -> Vec<Duration> {
        let key = Key(1);
        let payload = || Payload::new("x");
        let began = Instant::now;
        let mut took = Vec::new();
        macro_rules! fails {
            ($($operation:expr),* $(,)?) => {$(
                let start = began();
                assert!($operation.await.is_err());
                took.push(start.elapsed());
            )*};
        }
        fails!(
            store.take(&[]),
            store.get(key),
            store.put(key, payload(), PATIENCE, &[], Since(0)),
            store.remove(key),
            store.forget(&[]),
            store.claim(key, Bytes::new(), PATIENCE),
            store.held(key),
            store.settle(key, Bytes::new(), PATIENCE),
            store.release(key),
        );
        took
    }

    #[tokio::test(start_paused = true)]
    async fn an_outage_costs_the_first_operations_alone() {
        let inner = Hanging::default();
        let store = Guarded::new(Arc::new(inner.clone()), PATIENCE);
        let took = failures(&store).await;
        assert_eq!(took[..5], [PATIENCE; 5]);
        assert_eq!(took[5..], [Duration::ZERO; 4]);
        for _ in 0..10 {
            advance(Duration::from_secs(1)).await;
            failures(&store).await;
        }
        // One probe a second.
        assert_eq!(inner.0.load(Ordering::SeqCst), 5 + 10);
        assert!(store.health().is_away());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_when_the_store_is_given_up_waits_no_longer() {
        let store = Arc::new(Guarded::new(Arc::new(Hanging::default()), PATIENCE));
        let began = Instant::now();
        let ask = |after: u64| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                sleep(Duration::from_millis(after)).await;
                assert!(store.get(Key(1)).await.is_err());
                began.elapsed()
            })
        };
        let (first, late): (Vec<_>, _) = ((0..5).map(|_| ask(0)).collect(), ask(40));
        for asked in first {
            assert_eq!(asked.await.unwrap(), PATIENCE);
        }
        assert_eq!(late.await.unwrap(), PATIENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn an_operation_that_is_cancelled_says_nothing_of_the_store() {
        let store = Guarded::new(Arc::new(Hanging::default()), PATIENCE);
        for _ in 0..100 {
            let cancelled = tokio::time::timeout(PATIENCE / 2, store.get(Key(1)));
            assert!(cancelled.await.is_err());
        }
        assert!(!store.health().is_away());
    }
}
