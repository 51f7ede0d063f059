use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;
use tokio::time::advance;

use super::super::{Charge, Claim, Key, Lookup, Payload, Since, Store as _, Taken};
use super::MemoryStore;

const SECOND: Duration = Duration::from_secs(1);

fn charge(key: u128, per_second: u32, burst: u64) -> Charge {
    Charge {
        key: Key(key),
        interval: SECOND / per_second,
        burst,
        cost: 1,
    }
}

#[tokio::test(start_paused = true)]
async fn a_burst_passes_and_the_next_call_is_told_when_to_come_back() {
    let store = MemoryStore::new();
    let bucket = [charge(1, 10, 20)];
    for _ in 0..20 {
        assert_eq!(store.charge(&bucket), Taken::All);
    }
    let wait = Duration::from_millis(100);
    assert_eq!(store.charge(&bucket), Taken::Short { index: 0, wait });
    advance(Duration::from_millis(99)).await;
    let wait = Duration::from_millis(1);
    assert_eq!(store.charge(&bucket), Taken::Short { index: 0, wait });
    advance(wait).await;
    assert_eq!(store.charge(&bucket), Taken::All);
}

#[tokio::test(start_paused = true)]
async fn all_buckets_are_charged_or_none() {
    let store = MemoryStore::new();
    let both = [charge(1, 10, 10), charge(2, 1, 1)];
    assert_eq!(store.charge(&both), Taken::All);
    let refused = Taken::Short {
        index: 1,
        wait: SECOND,
    };
    for _ in 0..50 {
        assert_eq!(store.charge(&both), refused);
    }
    for _ in 0..9 {
        assert_eq!(store.charge(&both[..1]), Taken::All);
    }
}

#[tokio::test(start_paused = true)]
async fn a_bucket_named_twice_is_charged_twice() {
    let store = MemoryStore::new();
    let twice = [charge(1, 1, 3), charge(1, 1, 3)];
    assert_eq!(store.charge(&twice), Taken::All);
    assert!(matches!(store.charge(&twice), Taken::Short { .. }));
    assert_eq!(store.charge(&twice[..1]), Taken::All);
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_keys_neither_grows_the_store_nor_resets_a_limit() {
    let store = MemoryStore::with_limits(64 * 16, 1 << 20);
    let victim = [charge(1, 1, 1)];
    assert_eq!(store.charge(&victim), Taken::All);
    for key in 2..100_000_u128 {
        store.charge(&[charge(key * 0x9e37_79b9_7f4a_7c15, 1, 5)]);
    }
    assert!(store.bucket_count() <= 64 * 16);
    assert!(store.overflows() > 0);
    assert!(matches!(store.charge(&victim), Taken::Short { .. }));
}

#[tokio::test(start_paused = true)]
async fn idle_buckets_make_room() {
    let store = MemoryStore::with_limits(64 * 16, 1 << 20);
    for key in 0..10_000_u128 {
        store.charge(&[charge(key, 1, 1)]);
    }
    advance(2 * SECOND).await;
    for key in 0..64_u128 {
        assert_eq!(store.charge(&[charge(1 << 80 | key, 1, 1)]), Taken::All);
    }
}

#[tokio::test(start_paused = true)]
async fn a_value_lives_its_lifetime() {
    let store = MemoryStore::new();
    let since = missing(&store, Key(1)).await;
    put(&store, Key(1), "v", &[], since).await;
    advance(SECOND / 2).await;
    match store.get(Key(1)).await {
        Ok(Lookup::Found(stored)) => {
            assert_eq!(&stored.value.bytes()[..], b"v");
            assert_eq!(stored.age, SECOND / 2);
        }
        other => panic!("{other:?}"),
    }
    advance(SECOND / 2).await;
    missing(&store, Key(1)).await;
}

#[tokio::test(start_paused = true)]
async fn forgetting_a_tag_drops_its_values_alone() {
    let store = MemoryStore::new();
    let since = missing(&store, Key(1)).await;
    put(&store, Key(1), "a", &[Key(10)], since).await;
    put(&store, Key(2), "b", &[Key(20)], since).await;
    store.forget(&[Key(10)]).await.unwrap();
    missing(&store, Key(1)).await;
    assert!(matches!(store.get(Key(2)).await, Ok(Lookup::Found(_))));
}

#[tokio::test(start_paused = true)]
async fn a_value_computed_before_its_tag_was_forgotten_is_not_served() {
    let store = MemoryStore::new();
    let since = missing(&store, Key(1)).await;
    store.forget(&[Key(10)]).await.unwrap();
    put(&store, Key(1), "old", &[Key(10)], since).await;
    missing(&store, Key(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_claim_is_granted_once_and_says_what_it_holds() {
    let store = MemoryStore::new();
    let first = store.claim(Key(1), Bytes::from("running"), SECOND).await;
    assert_eq!(first, Ok(Claim::Granted));
    store
        .settle(Key(1), Bytes::from("done"), SECOND)
        .await
        .unwrap();
    let second = store.claim(Key(1), Bytes::from("running"), SECOND).await;
    assert_eq!(second, Ok(Claim::Held(Bytes::from("done"))));
    store.release(Key(1)).await.unwrap();
    let third = store.claim(Key(1), Bytes::new(), SECOND).await;
    assert_eq!(third, Ok(Claim::Granted));
    advance(SECOND).await;
    let fourth = store.claim(Key(1), Bytes::new(), SECOND).await;
    assert_eq!(fourth, Ok(Claim::Granted));
}

#[cfg(feature = "testing")]
#[tokio::test(start_paused = true)]
async fn keeps_every_promise_of_a_store() {
    super::super::conformance::check(MemoryStore::new()).await;
}

/// Claims one place more, with a value or without.
async fn claim(store: &MemoryStore, key: u128, value: &'static str) -> Option<Claim> {
    store.claim(Key(key), Bytes::from(value), SECOND).await.ok()
}

#[tokio::test(start_paused = true)]
async fn claims_are_bounded_by_bytes_and_never_dropped_for_room() {
    let store = MemoryStore::new().max_claims(10, 1 << 10);
    let large = Bytes::from(vec![0; 1 << 10]);
    claim(&store, 1, "running").await.unwrap();
    store.settle(Key(1), large.clone(), SECOND).await.unwrap();
    assert_eq!(claim(&store, 2, "running").await, None);
    assert_eq!(claim(&store, 1, "").await, Some(Claim::Held(large)));
    advance(SECOND).await;
    assert_eq!(claim(&store, 2, "running").await, Some(Claim::Granted));
}

#[tokio::test(start_paused = true)]
async fn results_leave_the_places_of_single_use_ids_alone_and_the_other_way_round() {
    let store = MemoryStore::new().max_claims(3, 1 << 20).max_ids(2);
    for key in 0..3 {
        assert_eq!(claim(&store, key, "result").await, Some(Claim::Granted));
    }
    assert_eq!(claim(&store, 3, "result").await, None);
    for key in 10..12 {
        assert_eq!(claim(&store, key, "").await, Some(Claim::Granted));
    }
    assert_eq!(claim(&store, 12, "").await, None);
    assert_eq!(claim(&store, 10, "").await, Some(Claim::Held(Bytes::new())));
    // A key is one claim, whatever is in it.
    let held = Some(Claim::Held(Bytes::from("result")));
    assert_eq!(claim(&store, 0, "").await, held);
    store
        .settle(Key(10), Bytes::from("more"), SECOND)
        .await
        .unwrap();
    let held = Some(Claim::Held(Bytes::from("more")));
    assert_eq!(claim(&store, 10, "").await, held);
    assert_eq!(claim(&store, 12, "").await, Some(Claim::Granted));
    store.release(Key(0)).await.unwrap();
    store.release(Key(10)).await.unwrap();
    assert_eq!(claim(&store, 3, "result").await, Some(Claim::Granted));
}

#[tokio::test(start_paused = true)]
async fn a_full_table_is_swept_when_the_first_claim_ends_and_not_before() {
    let store = MemoryStore::new().max_claims(100, 1 << 20);
    for key in 0..99 {
        claim(&store, key, "result").await.unwrap();
    }
    let soon = Duration::from_millis(500);
    let first = store.claim(Key(99), Bytes::from("result"), soon).await;
    assert_eq!(first, Ok(Claim::Granted));
    for _ in 0..49 {
        assert_eq!(claim(&store, 100, "result").await, None);
        advance(Duration::from_millis(10)).await;
    }
    advance(Duration::from_millis(10)).await;
    assert_eq!(claim(&store, 100, "result").await, Some(Claim::Granted));
    assert_eq!(claim(&store, 101, "result").await, None);
    // One that is settled for a shorter time goes when that is over.
    store
        .settle(Key(0), Bytes::from("x"), soon / 5)
        .await
        .unwrap();
    advance(soon / 5).await;
    assert_eq!(claim(&store, 101, "result").await, Some(Claim::Granted));
}

#[tokio::test(start_paused = true)]
async fn a_removed_value_is_gone() {
    let store = MemoryStore::new();
    let since = missing(&store, Key(1)).await;
    put(&store, Key(1), "v", &[], since).await;
    store.remove(Key(1)).await.unwrap();
    missing(&store, Key(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_value_comes_back_alive_and_as_what_it_is() {
    let store = MemoryStore::new();
    let since = missing(&store, Key(1)).await;
    let value = Payload::new("7").with_live(Arc::new(7_u32));
    store.put(Key(1), value, SECOND, &[], since).await.unwrap();
    let Ok(Lookup::Found(stored)) = store.get(Key(1)).await else {
        panic!("it is there");
    };
    assert_eq!(stored.value.live::<u32>(), Some(Arc::new(7)));
    assert_eq!(stored.value.live::<i64>(), None);
}

async fn missing(store: &MemoryStore, key: Key) -> Since {
    match store.get(key).await {
        Ok(Lookup::Missing(since)) => since,
        other => panic!("{other:?}"),
    }
}

async fn put(store: &MemoryStore, key: Key, value: &'static str, tags: &[Key], since: Since) {
    let value = Bytes::from(value).into();
    store.put(key, value, SECOND, tags, since).await.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_024))]

    /// In any window of one refill period, no more than the burst and one refill pass, whatever the gaps between the calls.
    #[test]
    fn never_more_than_burst_and_refill_in_a_window(
        per_second in 1_u32..50,
        burst in 1_u64..50,
        gaps in prop::collection::vec(0_u64..400, 1..300),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let store = MemoryStore::new();
            let bucket = [charge(1, per_second, burst)];
            let mut passed: Vec<u64> = Vec::new();
            let mut now = 0;
            for gap in gaps {
                advance(Duration::from_millis(gap)).await;
                now += gap;
                if store.charge(&bucket) == Taken::All {
                    passed.push(now);
                }
            }
            for (index, start) in passed.iter().enumerate() {
                let inside = passed[index..].iter().filter(|at| **at < start + 1000).count();
                prop_assert!(inside as u64 <= burst + u64::from(per_second));
            }
            Ok(())
        })?;
    }
}

/// The buckets as anybody would write them: a level that fills with time, in nanoseconds' worth of it.
#[derive(Default)]
struct Levels {
    now: u128,
    filled: std::collections::HashMap<Key, (u128, u128)>,
}

impl Levels {
    fn take(&mut self, charges: &[Charge]) -> bool {
        let mut levels = self.filled.clone();
        for charge in charges {
            let full = charge.interval.as_nanos() * u128::from(charge.burst);
            let (level, at) = levels.get(&charge.key).copied().unwrap_or((full, self.now));
            let level = full.min(level + (self.now - at));
            let Some(left) =
                level.checked_sub(charge.interval.as_nanos() * u128::from(charge.cost))
            else {
                return false;
            };
            levels.insert(charge.key, (left, self.now));
        }
        self.filled = levels;
        true
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_024))]

    /// Whatever comes when, over several buckets and costs: the store decides as the plain levels do, all or none.
    #[test]
    fn decides_as_levels_that_fill_with_time(
        shapes in prop::collection::vec((1_u32..50, 1_u64..20), 4),
        calls in prop::collection::vec(
            (0_u64..300, prop::collection::vec((0_usize..4, 1_u64..4), 1..4)),
            1..200,
        ),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let store = MemoryStore::new();
            let mut levels = Levels::default();
            for (gap, buckets) in calls {
                advance(Duration::from_millis(gap)).await;
                levels.now += u128::from(gap) * 1_000_000;
                let charges: Vec<Charge> = buckets
                    .into_iter()
                    .map(|(bucket, cost)| {
                        let (per_second, burst) = shapes[bucket];
                        Charge { cost, ..charge(bucket as u128, per_second, burst) }
                    })
                    .collect();
                let passed = store.charge(&charges) == Taken::All;
                prop_assert_eq!(passed, levels.take(&charges), "{:?}", charges);
            }
            Ok(())
        })?;
    }

    /// However many threads ask, in whatever order, over one bucket and two at once: none pays twice.
    #[test]
    fn threads_cannot_overdraw(burst in 1_u64..40, other in 1_u64..40) {
        let store = MemoryStore::new();
        // A unit an hour: none flows back while the test runs.
        let hourly = |key, burst| Charge { interval: 3600 * SECOND, ..charge(key, 1, burst) };
        let (one, two) = (hourly(1, burst), hourly(2, other));
        let pass = |charges: &[Charge]| u64::from(store.charge(charges) == Taken::All);
        let (alone, both) = std::thread::scope(|scope| {
            let threads: Vec<_> = [vec![one], vec![one, two], vec![one], vec![two, one]]
                .into_iter()
                .map(|charges| {
                    let pass = &pass;
                    scope.spawn(move || {
                        let passed = (0..30).map(|_| pass(&charges)).sum::<u64>();
                        if charges.len() == 1 { (passed, 0) } else { (0, passed) }
                    })
                })
                .collect();
            let counts = threads.into_iter().map(|thread| thread.join().unwrap());
            counts.fold((0, 0), |(a, b), (c, d)| (a + c, b + d))
        });
        prop_assert_eq!(alone + both, burst);
        prop_assert!(both <= other);
        let left = (0..50).map(|_| pass(&[two])).sum::<u64>();
        prop_assert_eq!(both + left, other);
    }
}

#[tokio::test(start_paused = true)]
async fn times_that_do_not_add_up_are_refused() {
    let store = MemoryStore::new();
    let century = Charge {
        interval: 100 * 365 * 86_400 * SECOND,
        ..charge(1, 1, 1_000)
    };
    let costly = Charge {
        cost: 900,
        ..century
    };
    assert!(matches!(store.charge(&[costly]), Taken::Short { .. }));
    assert_eq!(store.charge(&[century]), Taken::All);
}
