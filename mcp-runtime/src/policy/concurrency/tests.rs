use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mcp_grammar::{Auth, Concurrency};
use parking_lot::Mutex;
use proptest::prelude::*;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::Gates;
use crate::ToolDef;
use crate::policy::fixture::{Calls, calls, server, tool};
use crate::store::KeySpace;

const SECOND: Duration = Duration::from_secs(1);

fn bound(text: &'static str) -> ToolDef {
    tool("search").concurrency(Concurrency::new(text))
}

/// What runs at the same time: how many now, and how many at most so far.
#[derive(Default)]
struct Gauge {
    now: AtomicUsize,
    most: AtomicUsize,
}

struct Inside(Arc<Gauge>);

impl Inside {
    fn enter(gauge: &Arc<Gauge>) -> Self {
        let now = gauge.now.fetch_add(1, Ordering::SeqCst) + 1;
        gauge.most.fetch_max(now, Ordering::SeqCst);
        Self(Arc::clone(gauge))
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A tool that takes so long.
fn slow(tool: ToolDef, time: Duration) -> (Calls, Arc<Gauge>) {
    let gauge = Arc::new(Gauge::default());
    let counted = Arc::clone(&gauge);
    let server = server(tool, move |_| {
        let inside = Inside::enter(&counted);
        async move {
            sleep(time).await;
            drop(inside);
            Ok("fine".to_owned())
        }
    });
    (calls(server, "search"), gauge)
}

/// So many calls at the same time: how each ends, in the order in which they do.
async fn at_once(search: &Calls, calls: usize) -> Vec<&'static str> {
    let mut set = JoinSet::new();
    for _ in 0..calls {
        let call = search.again();
        set.spawn(async move { call.outcome().await });
    }
    set.join_all().await
}

fn count(outcomes: &[&str], outcome: &str) -> usize {
    outcomes.iter().filter(|it| **it == outcome).count()
}

/// How many places are free, and how many gates for a key there are.
fn free(search: &Calls) -> (usize, usize) {
    let rule = search.server.tools().find("search").unwrap();
    let rule = rule.policies.concurrency.as_ref().unwrap();
    let gates = &rule.gates.0.lock().gates;
    let all = gates.values().map(|(gate, _)| &**gate);
    let all = all.chain(&rule.everybody);
    let free = all.map(|gate| gate.places.available_permits());
    (free.sum(), gates.len())
}

#[tokio::test(start_paused = true)]
async fn no_more_run_at_a_time_and_the_rest_is_told_at_once() {
    let (search, gauge) = slow(bound("8"), SECOND);
    let start = Instant::now();
    let outcomes = at_once(&search, 20).await;
    assert_eq!((count(&outcomes, "ok"), count(&outcomes, "busy")), (8, 12));
    assert_eq!(start.elapsed(), SECOND);
    assert_eq!(gauge.most.load(Ordering::SeqCst), 8);
    assert_eq!(free(&search), (8, 0));
    let first = search.again();
    let first = tokio::spawn(async move { at_once(&first, 8).await });
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    let failure = search.failure().await;
    assert_eq!(
        failure.text(),
        "`search` is busy: no more than 8 of these calls run at a time. Try again later."
    );
    first.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_queue_is_bounded_and_so_is_the_wait() {
    let (search, gauge) = slow(bound("2 queue 4 wait 2500ms"), SECOND);
    for _ in 0..3 {
        let outcomes = at_once(&search, 10).await;
        // Two run, four wait, of which the last two start after 2 s.
        assert_eq!((count(&outcomes, "ok"), count(&outcomes, "busy")), (6, 4));
    }
    assert_eq!(gauge.most.load(Ordering::SeqCst), 2);
    let (search, _) = slow(bound("2 queue 4 wait 1500ms"), SECOND);
    let start = Instant::now();
    let outcomes = at_once(&search, 6).await;
    assert_eq!((count(&outcomes, "ok"), count(&outcomes, "busy")), (4, 2));
    assert_eq!(start.elapsed(), 2 * SECOND);
    assert_eq!(free(&search), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn who_came_first_goes_first() {
    let order = Arc::new(Mutex::new(Vec::new()));
    let started = Arc::clone(&order);
    let queued = server(bound("1 queue 50 wait 1h"), move |ctx| {
        started
            .lock()
            .push(ctx.caller().unwrap().subject().to_owned());
        async {
            sleep(SECOND).await;
            Ok("fine".to_owned())
        }
    });
    let search = calls(queued, "search");
    let mut set = JoinSet::new();
    for n in 0..20 {
        let call = search.by(&n.to_string());
        set.spawn(async move { call.outcome().await });
        tokio::task::yield_now().await;
    }
    set.join_all().await;
    let expected: Vec<String> = (0..20).map(|n| n.to_string()).collect();
    assert_eq!(*order.lock(), expected);
}

#[tokio::test(start_paused = true)]
async fn callers_have_their_own_places_and_leave_none_behind() {
    let (search, gauge) = slow(bound("2 per caller").auth(Auth::new("user")), SECOND);
    let mut set = JoinSet::new();
    for caller in ["ada", "bob", "eve"] {
        let search = search.by(caller);
        set.spawn(async move { at_once(&search, 5).await });
    }
    tokio::task::yield_now().await;
    for outcomes in set.join_all().await {
        assert_eq!((count(&outcomes, "ok"), count(&outcomes, "busy")), (2, 3));
    }
    assert_eq!(gauge.most.load(Ordering::SeqCst), 6);
    assert_eq!(free(&search), (0, 0));
    let of_tenants = bound("2 per tenant").auth(Auth::new("user"));
    let failure = slow(of_tenants, SECOND).0.by("ada").failure().await;
    assert_eq!(failure.code, "limit_key_missing");
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_after_another_caller_has_all_places_and_no_more() {
    let (search, _) = slow(
        bound("2 queue 1 wait 1h per caller").auth(Auth::new("user")),
        SECOND,
    );
    for caller in ["ada", "bob", "ada", "eve"] {
        let outcomes = at_once(&search.by(caller), 5).await;
        assert_eq!(
            (count(&outcomes, "ok"), count(&outcomes, "busy")),
            (3, 2),
            "{caller}"
        );
    }
}

#[test]
fn a_gate_goes_with_the_last_who_is_at_it() {
    let gates = Arc::new(Gates::default());
    let key = KeySpace::random().key("ada").finish();
    let visit = || gates.visit(key, 1).unwrap();
    let there = || gates.0.lock().gates.len();
    let (one, other) = (visit(), visit());
    // What a thread has of a gate for a moment after it has left.
    let leaving = Arc::clone(&one.gate);
    drop(one);
    assert_eq!(there(), 1);
    drop(other);
    assert_eq!(there(), 0);
    drop(leaving);
}

#[tokio::test(start_paused = true)]
async fn a_panic_gives_the_place_back() {
    let panics = server(bound("1"), |_| async { panic!("a bug") });
    let search = calls(panics, "search");
    for _ in 0..3 {
        assert_eq!(search.outcome().await, "internal");
    }
    assert_eq!(free(&search), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_cancelled_calls_leave_nothing_behind() {
    for text in ["64 queue 10000 wait 1h", "1 queue 3 wait 1h per caller"] {
        let (search, gauge) = slow(
            bound(text).auth(Auth::new("user")),
            Duration::from_millis(5),
        );
        let mut set = JoinSet::new();
        for n in 0_u64..10_000 {
            let call = search.by(&(n % 100).to_string());
            set.spawn(async move {
                let cancelled = call.cancelled.clone();
                let cancel = async {
                    sleep(Duration::from_micros(rand::random_range(0..10_000))).await;
                    match n % 2 {
                        // The client says so, or goes away.
                        0 => {
                            cancelled.cancel();
                            std::future::pending().await
                        }
                        _ => "cancelled",
                    }
                };
                tokio::select! {
                    outcome = call.outcome() => outcome,
                    outcome = cancel => outcome,
                }
            });
        }
        let outcomes = set.join_all().await;
        assert!(count(&outcomes, "cancelled") > 100);
        assert_eq!(gauge.now.load(Ordering::SeqCst), 0);
        let expected = if text.starts_with("64") {
            (64, 0)
        } else {
            (0, 0)
        };
        assert_eq!(free(&search), expected);
        assert_eq!(search.by("1").outcome().await, "ok");
    }
}

#[derive(Debug, Clone)]
enum Step {
    Call,
    /// One of the calls that are there goes away.
    Drop(prop::sample::Index),
    /// One of those that run ends.
    End,
}

proptest! {
    /// Whoever comes, ends or goes away in whatever order: no more run than there are places, no place stays taken, and nobody waits
    /// while one is free.
    #[test]
    fn places_are_neither_lost_nor_made(
        slots in 1_u32..4,
        steps in prop::collection::vec(
            prop_oneof![
                3 => Just(Step::Call),
                1 => any::<prop::sample::Index>().prop_map(Step::Drop),
                1 => Just(Step::End),
            ],
            1..60,
        ),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let gauge = Arc::new(Gauge::default());
            let end = Arc::new(Notify::new());
            let (counted, ends) = (Arc::clone(&gauge), Arc::clone(&end));
            let tool = bound("1 queue 100 wait 1h").timeout(mcp_grammar::Timeout::new("1h"));
            let bound = Concurrency { slots, ..Concurrency::new("1 queue 100 wait 1h") };
            let server = server(tool.concurrency(bound), move |_| {
                let inside = Inside::enter(&counted);
                let ends = Arc::clone(&ends);
                async move {
                    ends.notified().await;
                    drop(inside);
                    Ok("fine".to_owned())
                }
            });
            let search = calls(server, "search");
            let mut there = Vec::new();
            for step in steps {
                match step {
                    Step::Call => {
                        let call = search.again();
                        there.push(tokio::spawn(async move { call.outcome().await }));
                    }
                    Step::Drop(index) if !there.is_empty() => {
                        let call = there.swap_remove(index.index(there.len()));
                        call.abort();
                        drop(call.await);
                    }
                    Step::Drop(_) => {}
                    Step::End => end.notify_waiters(),
                }
                // Everybody gets a turn to notice.
                for _ in 0..10 {
                    tokio::task::yield_now().await;
                }
                there.retain(|call| !call.is_finished());
                let now = gauge.now.load(Ordering::SeqCst);
                prop_assert_eq!(now, there.len().min(slots as usize));
            }
            there.into_iter().for_each(|call| call.abort());
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            prop_assert_eq!(gauge.now.load(Ordering::SeqCst), 0);
            prop_assert_eq!(free(&search), (slots as usize, 0));
            Ok(())
        })?;
    }
}
