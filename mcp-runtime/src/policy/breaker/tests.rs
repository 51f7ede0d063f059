use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::Duration;

use mcp_grammar::{Auth, Breaker, Concurrency, Rate, Timeout, Trip};
use proptest::prelude::*;
use tokio::time::{advance, sleep};

use super::circuit::{Circuit, Verdict};
use crate::policy::fixture::{Calls, Does, calls, server, servers, tool};
use crate::{ErrorKind, ToolDef, ToolError};

const SECOND: Duration = Duration::from_secs(1);

/// How a tool's attempts end, and how many there were.
#[derive(Default)]
struct Upstream {
    mode: AtomicU8,
    attempts: AtomicUsize,
}

const FINE: u8 = 0;
const DOWN: u8 = 1;
const PANICS: u8 = 2;
const HANGS: u8 = 3;
const SAYS_NO: u8 = 4;

impl Upstream {
    async fn answer(&self) -> Result<String, ToolError> {
        self.attempts.fetch_add(1, Ordering::Relaxed);
        match self.mode.load(Ordering::Relaxed) {
            FINE => Ok("fine".to_owned()),
            DOWN => Err(ToolError::transient("down")),
            PANICS => panic!("a bug"),
            HANGS => std::future::pending().await,
            _ => Err(ToolError::not_found("no such thing")),
        }
    }

    fn is(&self, mode: u8) {
        self.mode.store(mode, Ordering::Relaxed);
    }

    fn attempts(&self) -> usize {
        self.attempts.load(Ordering::Relaxed)
    }
}

fn upstream(tools: &[ToolDef]) -> (Calls, Arc<Upstream>) {
    let upstream = Arc::new(Upstream::default());
    let answers = Arc::clone(&upstream);
    let does = Does::new(move |_| {
        let upstream = Arc::clone(&answers);
        async move { upstream.answer().await }
    });
    (calls(servers(tools).state(does), tools[0].name()), upstream)
}

fn broken(text: &'static str) -> ToolDef {
    tool("search").breaker(Breaker::new(text))
}

#[tokio::test(start_paused = true)]
async fn opens_after_so_many_failures_in_a_row_and_says_when_to_come_back() {
    let (search, upstream) = upstream(&[broken("3 fails open 30s")]);
    upstream.is(DOWN);
    assert_eq!(search.passed(2).await, 0);
    upstream.is(FINE);
    assert_eq!(search.passed(1).await, 1);
    upstream.is(DOWN);
    assert_eq!(search.passed(3).await, 0);
    assert_eq!(upstream.attempts(), 6);
    advance(10 * SECOND).await;
    let failure = search.failure().await;
    assert_eq!(failure.code, "unavailable");
    assert_eq!(
        failure.text(),
        "`search` is left alone for now: too many of its calls failed. Retry in 20 s."
    );
    assert_eq!(failure.object()["retryAfterMs"], 20_000);
    assert_eq!(upstream.attempts(), 6);
}

#[tokio::test(start_paused = true)]
async fn opens_when_a_share_of_enough_calls_failed() {
    let (search, upstream) = upstream(&[broken("50% of 20 in 30s open 15s")]);
    search.passed(10).await;
    upstream.is(DOWN);
    search.passed(9).await;
    assert_eq!(upstream.attempts(), 19);
    search.passed(5).await;
    assert_eq!(upstream.attempts(), 20);
}

#[tokio::test(start_paused = true)]
async fn what_is_older_than_the_window_is_forgotten() {
    let (search, upstream) = upstream(&[broken("50% of 4 in 30s open 15s")]);
    upstream.is(DOWN);
    search.passed(3).await;
    advance(30 * SECOND).await;
    search.passed(3).await;
    assert_eq!(upstream.attempts(), 6);
    search.passed(9).await;
    assert_eq!(upstream.attempts(), 7);
}

#[tokio::test(start_paused = true)]
async fn only_what_tells_of_bad_health_counts() {
    let opens = |mode: u8| async move {
        let two = broken("2 fails open 30s").timeout(Timeout::new("1s"));
        let (search, upstream) = upstream(&[two]);
        upstream.is(mode);
        search.passed(9).await;
        upstream.attempts() == 2
    };
    assert!(opens(DOWN).await);
    assert!(opens(PANICS).await);
    assert!(opens(HANGS).await);
    assert!(!opens(FINE).await);
    assert!(!opens(SAYS_NO).await);
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_error_counts_or_not() {
    for (kind, counts) in [
        (ErrorKind::Transient, true),
        (ErrorKind::Timeout, true),
        (ErrorKind::Internal, true),
        (ErrorKind::InvalidInput, false),
        (ErrorKind::NotFound, false),
        (ErrorKind::Conflict, false),
        (ErrorKind::Forbidden, false),
        (ErrorKind::Failed, false),
        (ErrorKind::NotConfirmed, false),
    ] {
        let fails = server(broken("1 fails open 30s"), move |_| async move {
            Err(ToolError::new(kind, "no"))
        });
        let search = calls(fails, "search");
        assert_eq!(search.outcome().await, kind.code());
        let again = search.failure().await;
        assert_eq!(again.text().contains("left alone"), counts, "{kind:?}");
    }
}

#[test]
fn a_tool_that_asks_its_client_says_nothing_of_its_health() {
    let lacks = crate::error::Refusal::Lacks(crate::client::Capability::Roots);
    assert_eq!(super::verdict(&Err(lacks)), Verdict::Silent);
}

#[tokio::test(start_paused = true)]
async fn what_policies_refuse_and_clients_cancel_never_counts() {
    let guarded = broken("1 fails open 30s")
        .auth(Auth::new("user"))
        .rate(Rate::new("2/min"))
        .concurrency(Concurrency::new("1"));
    let (search, upstream) = upstream(&[guarded]);
    let search = search.by("ada");
    upstream.is(HANGS);
    let hanging = search.again();
    let cancelled = hanging.cancelled.clone();
    let hanging = tokio::spawn(async move { hanging.outcome().await });
    tokio::task::yield_now().await;
    assert_eq!(search.outcome().await, "busy");
    assert_eq!(search.outcome().await, "rate_limited");
    cancelled.cancel();
    assert_eq!(hanging.await.unwrap(), "cancelled");
    upstream.is(FINE);
    assert_eq!(search.by("bob").outcome().await, "ok");
}

#[tokio::test(start_paused = true)]
async fn an_open_breaker_charges_nothing() {
    let paid = broken("1 fails open 30s").rate(Rate::new("2/h"));
    let (search, upstream) = upstream(&[paid]);
    upstream.is(DOWN);
    search.passed(50).await;
    upstream.is(FINE);
    advance(30 * SECOND).await;
    assert_eq!(search.outcome().await, "ok");
    assert_eq!(search.outcome().await, "rate_limited");
}

#[tokio::test(start_paused = true)]
async fn probes_are_few_and_a_failing_one_doubles_the_pause() {
    let (search, upstream) = upstream(&[broken("1 fails open 15s probes 2")]);
    upstream.is(DOWN);
    search.outcome().await;
    for pause in [15, 30, 60, 120, 120] {
        advance(pause * SECOND - Duration::from_millis(1)).await;
        let before = upstream.attempts();
        search.outcome().await;
        assert_eq!(upstream.attempts(), before);
        advance(Duration::from_millis(1)).await;
        search.outcome().await;
        assert_eq!(upstream.attempts(), before + 1);
    }
    // Two probes must succeed, and while they run nobody else is let in.
    advance(120 * SECOND).await;
    upstream.is(HANGS);
    let probes: Vec<_> = (0..2)
        .map(|_| {
            let probe = search.again();
            let cancelled = probe.cancelled.clone();
            (
                cancelled,
                tokio::spawn(async move { probe.outcome().await }),
            )
        })
        .collect();
    tokio::task::yield_now().await;
    let refused = search.failure().await;
    assert_eq!(
        (refused.code, refused.object()["retryAfterMs"].as_u64()),
        ("unavailable", Some(1_000))
    );
    // A probe that is cancelled gives its place back and decides nothing.
    for (cancelled, probe) in probes {
        cancelled.cancel();
        assert_eq!(probe.await.unwrap(), "cancelled");
    }
    upstream.is(FINE);
    assert_eq!(search.passed(9).await, 9);
    // It begins anew: the first pause is the declared one.
    upstream.is(DOWN);
    search.outcome().await;
    assert_eq!(search.failure().await.object()["retryAfterMs"], 15_000);
}

#[tokio::test(start_paused = true)]
async fn what_began_before_the_breaker_opened_has_nothing_to_say() {
    let (search, upstream) = upstream(&[broken("1 fails open 15s").timeout(Timeout::new("20s"))]);
    upstream.is(HANGS);
    let late = search.again();
    let late = tokio::spawn(async move { late.outcome().await });
    sleep(SECOND).await;
    upstream.is(DOWN);
    search.outcome().await;
    sleep(15 * SECOND).await;
    upstream.is(FINE);
    assert_eq!(search.outcome().await, "ok");
    assert_eq!(late.await.unwrap(), "timeout");
    assert_eq!(search.outcome().await, "ok");
}

#[tokio::test(start_paused = true)]
async fn tools_of_one_upstream_open_together_and_others_do_not() {
    let github = |name| tool(name).breaker(Breaker::new("2 fails open 30s shared github"));
    let other = tool("other").breaker(Breaker::new("2 fails open 30s"));
    let (issues, upstream) = upstream(&[github("issues"), github("pulls"), other]);
    upstream.is(DOWN);
    issues.outcome().await;
    issues.of("pulls").outcome().await;
    assert_eq!(upstream.attempts(), 2);
    issues.outcome().await;
    issues.of("pulls").outcome().await;
    assert_eq!(upstream.attempts(), 2);
    issues.of("other").outcome().await;
    assert_eq!(upstream.attempts(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_list_gives_its_tools_one_upstream() {
    let tools: Vec<&'static ToolDef> = [tool("issues"), tool("pulls")]
        .map(|tool| &*Box::leak(Box::new(tool)))
        .into();
    let github = Breaker::new("2 fails open 30s shared github");
    let list = crate::Toolset::new(Vec::leak(tools)).breaker(github);
    let down = Does::new(|_| async { Err(ToolError::transient("down")) });
    let issues = calls(crate::Server::new("test").mount(list).state(down), "issues");
    assert_eq!(issues.passed(2).await, 0);
    let failure = issues.of("pulls").failure().await;
    assert!(failure.text().contains("left alone"), "{}", failure.text());
}

#[test]
fn an_upstream_declared_in_two_ways_does_not_boot() {
    let github = |name, text| tool(name).breaker(Breaker::new(text));
    let error = servers(&[
        github("issues", "2 fails open 30s shared github"),
        github("pulls", "3 fails open 30s shared github"),
    ])
    .check()
    .unwrap_err()
    .to_string();
    assert!(
        error.contains("tools `issues` and `pulls` share the breaker `github`"),
        "{error}"
    );
}

/// What a circuit is, told another way: a list of what happened.
struct Model {
    declared: Breaker<'static>,
    now: Duration,
    phase: Phase,
    /// What was admitted in which phase, and has not ended.
    pause: Duration,
    phases: u64,
}

enum Phase {
    /// Since then, with what ended when, and whether it failed.
    Closed(Duration, VecDeque<(Duration, bool)>),
    Open(Duration),
    HalfOpen {
        running: u32,
        succeeded: u32,
    },
}

impl Model {
    fn admit(&mut self) -> Option<u64> {
        if let Phase::Open(until) = self.phase
            && until <= self.now
        {
            self.next(Phase::HalfOpen {
                running: 0,
                succeeded: 0,
            });
        }
        match &mut self.phase {
            Phase::Closed(..) => {}
            Phase::Open(_) => return None,
            Phase::HalfOpen { running, succeeded } => {
                if *running + *succeeded == self.declared.probes {
                    return None;
                }
                *running += 1;
            }
        }
        Some(self.phases)
    }

    fn record(&mut self, phase: u64, verdict: Verdict) {
        if phase != self.phases {
            return;
        }
        match &mut self.phase {
            Phase::Closed(since, ended) => {
                if verdict == Verdict::Silent {
                    return;
                }
                ended.push_back((self.now, verdict == Verdict::Failure));
                if verdict == Verdict::Failure
                    && trips(&self.declared.trip, *since, self.now, ended)
                {
                    self.pause = self.declared.open;
                    self.next(Phase::Open(self.now + self.pause));
                }
            }
            Phase::Open(_) => {}
            Phase::HalfOpen { running, succeeded } => {
                *running -= 1;
                match verdict {
                    Verdict::Silent => {}
                    Verdict::Failure => {
                        let most = (120 * SECOND).max(self.declared.open);
                        self.pause = (2 * self.pause).min(most);
                        self.next(Phase::Open(self.now + self.pause));
                    }
                    Verdict::Success => {
                        *succeeded += 1;
                        if *succeeded == self.declared.probes {
                            self.next(Phase::Closed(self.now, VecDeque::new()));
                        }
                    }
                }
            }
        }
    }

    fn next(&mut self, phase: Phase) {
        self.phase = phase;
        self.phases += 1;
    }
}

fn trips(trip: &Trip, since: Duration, now: Duration, ended: &VecDeque<(Duration, bool)>) -> bool {
    match *trip {
        Trip::Row(most) => {
            ended.iter().rev().take_while(|(_, failed)| *failed).count() >= most as usize
        }
        Trip::Share {
            percent,
            calls,
            window,
        } => {
            // The window is measured in tenths, from when the circuit closed.
            let tenth = |at: Duration| (at - since).as_nanos() / (window / 10).as_nanos();
            let recent = ended.iter().filter(|(at, _)| tenth(*at) + 10 > tenth(now));
            let (all, failed) = recent.fold((0, 0), |(all, failed), (_, f)| {
                (all + 1, failed + u32::from(*f))
            });
            all >= calls && failed * 100 >= all * u32::from(percent)
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Wait(u64),
    Admit,
    /// One of those that run ends.
    End(prop::sample::Index, Verdict),
}

fn step() -> impl Strategy<Value = Step> {
    let verdict = prop_oneof![1 => Just(Verdict::Success), 1 => Just(Verdict::Silent), 3 => Just(Verdict::Failure)];
    prop_oneof![
        1 => (0_u64..40_000).prop_map(Step::Wait),
        3 => Just(Step::Admit),
        3 => (any::<prop::sample::Index>(), verdict).prop_map(|(index, verdict)| Step::End(index, verdict)),
    ]
}

fn declared() -> impl Strategy<Value = Breaker<'static>> {
    let trip = prop_oneof![
        (1_u32..5).prop_map(Trip::Row),
        (1_u8..=100, 1_u32..8, 1_u64..60).prop_map(|(percent, calls, window)| Trip::Share {
            percent,
            calls,
            window: Duration::from_secs(window),
        }),
    ];
    (trip, 1_u64..300, 1_u32..4).prop_map(|(trip, open, probes)| Breaker {
        trip,
        open: Duration::from_secs(open),
        probes,
        shared: None,
    })
}

proptest! {
    #[test]
    fn the_circuit_does_what_its_model_does(
        declared in declared(),
        steps in prop::collection::vec(step(), 1..200),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let circuit = Circuit::new("test", declared);
            let mut model = Model {
                declared,
                now: Duration::ZERO,
                phase: Phase::Closed(Duration::ZERO, VecDeque::new()),
                pause: declared.open,
                phases: 0,
            };
            let mut running: Vec<(u64, u64)> = Vec::new();
            for step in steps {
                match step {
                    Step::Wait(millis) => {
                        advance(Duration::from_millis(millis)).await;
                        model.now += Duration::from_millis(millis);
                    }
                    Step::Admit => {
                        let peeked = circuit.peek();
                        let admitted = circuit.admit();
                        // What is peeked is what happens.
                        prop_assert_eq!(peeked.err(), admitted.err());
                        let expected = model.admit();
                        prop_assert_eq!(admitted.is_ok(), expected.is_some());
                        if let (Ok(turn), Some(phase)) = (admitted, expected) {
                            running.push((turn, phase));
                        }
                        if let (Err(wait), Phase::Open(until)) = (admitted, &model.phase) {
                            prop_assert_eq!(model.now + wait, *until);
                        }
                    }
                    Step::End(index, verdict) => {
                        if !running.is_empty() {
                            let (turn, phase) = running.swap_remove(index.index(running.len()));
                            circuit.record(turn, verdict);
                            model.record(phase, verdict);
                        }
                    }
                }
            }
            Ok(())
        })?;
    }
}
