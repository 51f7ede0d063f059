use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mcp_grammar::{Breaker, Concurrency, Policies, Retry, Timeout};
use proptest::prelude::*;
use tokio::time::{Instant, sleep};

use super::{Budget, Rule};
use crate::__private::{answer, run};
use crate::policy::fixture::{Calls, calls, fine, server, tool};
use crate::{ErrorKind, ToolDef, ToolError};

const SECOND: Duration = Duration::from_secs(1);

fn transient() -> ToolError {
    ToolError::transient("the upstream is busy")
}

/// A tool whose first `failures` attempts fail, and how many attempts there were.
fn failing(
    tool: ToolDef,
    failures: usize,
    error: impl Fn() -> ToolError + Send + Sync + 'static,
) -> (Calls, Arc<AtomicUsize>) {
    let attempts = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&attempts);
    let server = server(tool, move |_| {
        let failed = counter.fetch_add(1, Ordering::Relaxed) < failures;
        let outcome = if failed {
            Err(error())
        } else {
            Ok("fine".to_owned())
        };
        async { outcome }
    });
    (calls(server, "search"), attempts)
}

fn retried(text: &'static str) -> ToolDef {
    tool("search").read_only().retry(Retry::new(text))
}

#[tokio::test(start_paused = true)]
async fn a_passing_fault_is_tried_again_so_many_times() {
    for (failures, outcome, attempts) in [(0, "ok", 1), (3, "ok", 4), (9, "unavailable", 4)] {
        let (search, count) = failing(retried("3"), failures, transient);
        assert_eq!(search.outcome().await, outcome);
        assert_eq!(count.load(Ordering::Relaxed), attempts);
    }
}

#[tokio::test(start_paused = true)]
async fn only_what_passes_is_tried_again() {
    for (kind, attempts) in [
        (ErrorKind::Transient, 2),
        (ErrorKind::Timeout, 2),
        (ErrorKind::InvalidInput, 1),
        (ErrorKind::NotFound, 1),
        (ErrorKind::Conflict, 1),
        (ErrorKind::Forbidden, 1),
        (ErrorKind::Failed, 1),
        (ErrorKind::NotConfirmed, 1),
        (ErrorKind::Internal, 1),
    ] {
        let error = move || ToolError::new(kind, "no").retry_after(SECOND);
        let (search, count) = failing(retried("1"), 9, error);
        assert_eq!(search.outcome().await, kind.code());
        assert_eq!(count.load(Ordering::Relaxed), attempts, "{kind:?}");
    }
    let (search, count) = failing(retried("1"), 9, || panic!("a bug"));
    assert_eq!(search.outcome().await, "internal");
    assert_eq!(count.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn what_a_policy_refuses_is_not_tried_again() {
    let one = retried("5").concurrency(Concurrency::new("1"));
    let server = server(one, |_| async {
        sleep(SECOND).await;
        Ok("fine".to_owned())
    });
    let search = calls(server, "search");
    let first = search.again();
    let first = tokio::spawn(async move { first.outcome().await });
    tokio::task::yield_now().await;
    assert_eq!(search.outcome().await, "busy");
    assert_eq!(first.await.unwrap(), "ok");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_whose_time_is_over_is_tried_again() {
    let attempts = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&attempts);
    let slow_at_first = server(
        retried("1 exp 1ms..1ms").timeout(Timeout::new("30s attempt 10s")),
        move |_| {
            let first = counter.fetch_add(1, Ordering::Relaxed) == 0;
            async move {
                sleep(if first { 60 * SECOND } else { SECOND }).await;
                Ok("fine".to_owned())
            }
        },
    );
    assert_eq!(calls(slow_at_first, "search").outcome().await, "ok");
    assert_eq!(attempts.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_does_not_fit_is_not_begun() {
    let after = |wait| move || transient().retry_after(wait);
    let two_seconds = retried("3 exp 1ms..1ms").timeout(Timeout::new("2s"));
    let (search, count) = failing(two_seconds, 9, after(3 * SECOND));
    let start = Instant::now();
    let failure = search.failure().await;
    assert_eq!(start.elapsed(), Duration::ZERO);
    // What the tool said, which tells the caller when to come back.
    assert_eq!(failure.text(), "the upstream is busy");
    assert_eq!(failure.object()["retryAfterMs"], 3_000);
    assert_eq!(count.load(Ordering::Relaxed), 1);

    // One wait of 1.5 s fits, a second one does not.
    let (search, count) = failing(two_seconds, 9, after(SECOND * 3 / 2));
    let start = Instant::now();
    assert_eq!(search.outcome().await, "unavailable");
    assert!(start.elapsed() < 2 * SECOND);
    assert_eq!(count.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn a_place_is_free_while_a_retry_waits() {
    let one = retried("1 exp 1ms..1ms").concurrency(Concurrency::new("1"));
    let (search, count) = failing(one, 1, || transient().retry_after(10 * SECOND));
    let first = search.again();
    let first = tokio::spawn(async move { first.outcome().await });
    sleep(SECOND).await;
    assert_eq!(search.outcome().await, "ok");
    assert_eq!(first.await.unwrap(), "ok");
    assert_eq!(count.load(Ordering::Relaxed), 3);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_cancelled_while_it_waits_is_over() {
    let (search, count) = failing(retried("3"), 9, || transient().retry_after(10 * SECOND));
    let cancelled = search.cancelled.clone();
    let call = tokio::spawn(async move { search.outcome().await });
    sleep(SECOND).await;
    cancelled.cancel();
    assert_eq!(call.await.unwrap(), "cancelled");
    sleep(60 * SECOND).await;
    assert_eq!(count.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn a_breaker_that_opens_between_attempts_ends_them() {
    let breaker = Breaker::new("2 fails open 30s");
    let (search, count) = failing(retried("5").breaker(breaker), 9, transient);
    assert_eq!(search.failure().await.text(), "the upstream is busy");
    assert_eq!(count.load(Ordering::Relaxed), 2);
    assert!(search.failure().await.text().contains("left alone"));
}

static READS: AtomicUsize = AtomicUsize::new(0);

#[tokio::test(start_paused = true)]
async fn each_attempt_reads_the_arguments_anew() {
    const FAILS: ToolDef = ToolDef::new("search", "Fails.", |params| {
        READS.fetch_add(1, Ordering::Relaxed);
        let answers = answer::<Result<String, ToolError>>(params);
        run(params, answers, async { Err(transient()) })
    });
    let search = calls(
        server(FAILS.read_only().retry(Retry::new("2")), fine),
        "search",
    );
    let described = READS.load(Ordering::Relaxed);
    assert_eq!(search.outcome().await, "unavailable");
    assert_eq!(READS.load(Ordering::Relaxed) - described, 3);
}

#[tokio::test(start_paused = true)]
async fn retries_are_a_tenth_of_the_calls_and_fifty() {
    let (search, count) = failing(retried("3 exp 1ms..1ms"), usize::MAX, transient);
    for _ in 0..1_000 {
        search.outcome().await;
    }
    let retries = count.load(Ordering::Relaxed) - 1_000;
    assert!((145..=150).contains(&retries), "{retries}");
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_writes_is_never_tried_again() {
    // The attribute refuses it; a default of the server does not mean it.
    let policies = crate::Policies::new().retry("3");
    let (search, count) = {
        let attempts = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&attempts);
        let server = server(tool("search"), move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
            async { Err(transient()) }
        });
        (calls(server.defaults(policies), "search"), attempts)
    };
    assert_eq!(search.outcome().await, "unavailable");
    assert_eq!(count.load(Ordering::Relaxed), 1);
}

#[test]
fn the_budget_recovers_with_calls() {
    let budget = Budget::new();
    assert_eq!((0..99).filter(|_| budget.retry()).count(), 50);
    for calls in 1..=10 {
        budget.call();
        assert_eq!(budget.retry(), calls == 10);
    }
    for _ in 0..100_000 {
        budget.call();
    }
    assert_eq!((0..99).filter(|_| budget.retry()).count(), 50);
}

proptest! {
    /// Whatever else is declared, there is a rule exactly where running twice does no more than running once.
    #[test]
    fn only_what_can_be_repeated_has_a_rule(read_only: bool, idempotent: bool, destructive: Option<bool>, declared: bool) {
        let mut policies = Policies::new();
        policies.read_only = read_only;
        policies.idempotent = idempotent;
        policies.destructive = destructive;
        policies.retry = declared.then(|| Retry::new("3"));
        prop_assert_eq!(Rule::new(&policies).is_some(), declared && (read_only || idempotent));
    }

    /// A wait is at least what the failure asked for, and the jitter is anything below a bound that doubles up to the longest.
    #[test]
    fn a_wait_is_jittered_above_its_floor(
        n in 0_u32..100,
        first in 1_u64..10_000,
        longest in 1_u64..10_000,
        least in 0_u64..10_000,
        random in 0.0..1.0,
    ) {
        let millis = Duration::from_millis;
        let (first, longest, least) = (millis(first.min(longest)), millis(longest), millis(least));
        let rule = Rule { times: 100, first, longest };
        let bound = (0..n).fold(first, |bound, _| (bound * 2).min(longest));
        let wait = rule.wait(n, least, random);
        prop_assert!(wait >= least && wait <= least + bound);
        let jitter = (wait - least).as_secs_f64();
        prop_assert!((jitter - bound.as_secs_f64() * random).abs() < 1e-6);
    }
}
