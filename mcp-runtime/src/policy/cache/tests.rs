//! Flights on their own, and how long answers are fresh. What tools and clients see is held from outside.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use mcp_grammar::{Cache, Policies};
use rand::{RngExt as _, SeedableRng as _};

use super::Rule;
use super::flight::{Flight, Flights, Landing};
use crate::answer::{Content, Output};
use crate::error::{Refusal, ToolError};
use crate::policy::fixture::{Calls, calls, server, tool};
use crate::store::{Key, Since};
use tokio::time::{Instant, advance, sleep};

/// What runs, and what was dropped while it ran.
#[derive(Default)]
struct Runs {
    begun: AtomicUsize,
    running: AtomicUsize,
}

struct Running(Arc<Runs>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Runs {
    fn run(
        self: &Arc<Self>,
        work: impl Future<Output = ()> + Send + 'static,
        landing: fn() -> Landing,
    ) -> BoxFuture<'static, Landing> {
        let runs = Arc::clone(self);
        Box::pin(async move {
            runs.begun.fetch_add(1, Ordering::SeqCst);
            runs.running.fetch_add(1, Ordering::SeqCst);
            let _running = Running(runs);
            work.await;
            landing()
        })
    }
}

const SECOND: Duration = Duration::from_secs(1);

/// Lets others go on, this often.
async fn turns(count: u32) {
    for _ in 0..count {
        tokio::task::yield_now().await;
    }
}

fn answer() -> Landing {
    Landing::Everyones(Ok(Arc::new(Output::new(vec![Content::text("yes")]))))
}

fn own_refusal() -> Landing {
    Landing::Own(Box::new(Err(Refusal::BrokenState)))
}

fn join(flights: &Arc<Flights>, key: u128) -> Arc<Flight> {
    flights.join(Key(key), None).0
}

#[tokio::test(start_paused = true)]
async fn a_flight_is_gone_once_it_has_landed_or_everybody_has_left() {
    let (flights, runs) = (Arc::new(Flights::default()), Arc::new(Runs::default()));
    let landed = join(&flights, 1);
    landed
        .wait(|| runs.run(sleep(SECOND), answer))
        .await
        .unwrap();
    assert_eq!(
        flights.len(),
        0,
        "nobody joins it any more, though it is held"
    );
    let left = join(&flights, 1);
    let waiting = left.wait(|| runs.run(sleep(SECOND), answer));
    tokio::time::timeout(SECOND / 2, waiting).await.unwrap_err();
    assert_eq!((flights.len(), runs.running.load(Ordering::SeqCst)), (1, 1));
    drop(left);
    tokio::task::yield_now().await;
    assert_eq!((flights.len(), runs.running.load(Ordering::SeqCst)), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_later_moment_is_another_flight_and_the_first_one_lands_all_the_same() {
    let (flights, runs) = (Arc::new(Flights::default()), Arc::new(Runs::default()));
    let (before, _) = flights.join(Key(1), Some(Since(1)));
    let (after, is_new) = flights.join(Key(1), Some(Since(2)));
    assert!(is_new);
    before
        .wait(|| runs.run(sleep(SECOND), answer))
        .await
        .unwrap();
    drop(before);
    let (joined, is_new) = flights.join(Key(1), Some(Since(2)));
    assert!(!is_new && Arc::ptr_eq(&joined, &after));
}

#[tokio::test(start_paused = true)]
async fn a_leader_refused_makes_the_next_one_lead_in_the_order_they_came() {
    let (flights, runs) = (Arc::new(Flights::default()), Arc::new(Runs::default()));
    let mut waiting = Vec::new();
    for caller in 0..100 {
        let (flight, runs) = (join(&flights, 1), Arc::clone(&runs));
        let landing = if caller < 3 { own_refusal } else { answer };
        waiting.push(tokio::spawn(async move {
            flight.wait(|| runs.run(sleep(SECOND), landing)).await
        }));
        tokio::task::yield_now().await;
    }
    for (caller, waiting) in waiting.into_iter().enumerate() {
        assert_eq!(waiting.await.unwrap().is_err(), caller < 3);
    }
    assert_eq!(runs.begun.load(Ordering::SeqCst), 4);
    assert_eq!(flights.len(), 0);
}

/// A task that dies outside of the tool.
fn dies() -> Landing {
    panic!("a bug")
}

#[tokio::test(start_paused = true)]
async fn a_task_that_dies_hangs_nobody() {
    let (flights, runs) = (Arc::new(Flights::default()), Arc::new(Runs::default()));
    let flight = join(&flights, 1);
    let first = flight.wait(|| runs.run(turns(1), dies));
    let second = flight.wait(|| runs.run(turns(1), answer));
    let (first, second) = tokio::join!(first, second);
    assert!(matches!(first, Err(Refusal::Panicked(_))));
    second.unwrap();
}

/// Thousands of callers for a few keys, who come, wait and leave as they like; runs that answer, fail, are refused and die.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_happens_everybody_is_answered_and_nothing_is_left() {
    let (flights, runs) = (Arc::new(Flights::default()), Arc::new(Runs::default()));
    let fails: fn() -> Landing = || Landing::Everyones(Err(Arc::new(ToolError::transient("no"))));
    let mut random = rand::rngs::StdRng::seed_from_u64(7);
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..5_000 {
        let landing = [answer, answer, fails, own_refusal, dies][random.random_range(0..5)];
        let (key, time) = (random.random_range(0..8), random.random_range(0..40));
        let patience = random.random_range(0..400);
        let (flights, runs) = (Arc::clone(&flights), Arc::clone(&runs));
        callers.spawn(async move {
            let moment = Some(Since(u64::from(time == 0)));
            let (flight, _) = flights.join(Key(key), moment);
            let waiting = flight.wait(|| runs.run(turns(time), landing));
            // Those who are patient are all answered: a hang would show as a test that never ends.
            match time % 2 {
                0 => drop(waiting.await),
                _ => tokio::select! {
                    _ = waiting => {}
                    () = turns(patience) => {}
                },
            }
        });
    }
    callers.join_all().await;
    while runs.running.load(Ordering::SeqCst) > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(flights.len(), 0);
}

/// A tool whose first answer is past its time, and whose second takes this long; and its figures.
async fn late(renewal: Duration) -> (Calls, crate::metrics::Metrics) {
    let look = tool("look")
        .read_only()
        .cache(Cache::new("60s swr 10m"))
        .timeout(mcp_grammar::Timeout::new("2h"));
    let runs = Arc::new(AtomicUsize::new(0));
    let server = server(look, move |_| {
        let is_first = runs.fetch_add(1, Ordering::SeqCst) == 0;
        async move {
            if !is_first {
                sleep(renewal).await;
            }
            Ok("yes".to_owned())
        }
    });
    let metrics = server.metrics();
    let look = calls(server.drain(SECOND * 8), "look");
    assert_eq!(look.outcome().await, "ok");
    advance(70 * SECOND).await;
    assert_eq!(look.outcome().await, "ok");
    assert_eq!(metrics.snapshot().tools[0].attempts, 1);
    (look, metrics)
}

#[tokio::test(start_paused = true)]
async fn a_renewal_is_a_call_of_its_own_and_a_server_that_stops_waits_for_it() {
    let (look, metrics) = late(5 * SECOND).await;
    let lifecycle = &look.server.lifecycle;
    let stopped = Instant::now();
    lifecycle.close();
    lifecycle.drained().await;
    assert_eq!(stopped.elapsed(), 5 * SECOND);
    let tool = &metrics.snapshot().tools[0];
    assert_eq!((tool.total(), tool.attempts, tool.cache_hits), (3, 2, 1));
    assert_eq!(tool.calls, [("ok", 3)]);
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_takes_too_long_is_cut_off_with_the_others() {
    let (look, metrics) = late(3600 * SECOND).await;
    let lifecycle = &look.server.lifecycle;
    let stopped = Instant::now();
    lifecycle.close();
    lifecycle.drained().await;
    assert_eq!(stopped.elapsed(), 8 * SECOND);
    assert_eq!(
        metrics.snapshot().tools[0].calls,
        [("ok", 2), ("unavailable", 1)]
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stops_renews_nothing() {
    let (look, metrics) = late(SECOND).await;
    sleep(2 * SECOND).await;
    advance(70 * SECOND).await;
    let decoded = look.decoded();
    look.server.lifecycle.close();
    let next: super::Next = |_| Box::pin(async { panic!("a run") });
    let stale = super::answer(decoded, next).await.unwrap();
    assert!(matches!(stale.source, crate::answer::Source::Stale(_)));
    look.server.lifecycle.drained().await;
    assert_eq!(metrics.snapshot().tools[0].attempts, 2);
}

#[test]
fn answers_are_fresh_for_their_time_ten_percent_more_or_less() {
    let mut policies = Policies::new();
    policies.cache = Some(Cache::new("60s"));
    let rule = Rule::new(&policies).unwrap();
    let fresh = |high: u16| rule.fresh(Key(u128::from(high) << 112 | 0xabcd));
    assert_eq!(fresh(0), Duration::from_secs(54));
    let longest = Duration::from_secs(66).saturating_sub(fresh(u16::MAX));
    assert!(longest < Duration::from_millis(1));
    let mut random = rand::rngs::StdRng::seed_from_u64(7);
    let times: BTreeSet<u64> = (0..1_000)
        .map(|_| rule.fresh(Key(random.random())).as_secs())
        .collect();
    assert_eq!(times, (54..66).collect());
}
