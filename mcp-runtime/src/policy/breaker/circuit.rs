//! The state machine of a breaker: closed, open, half open.

use std::time::Duration;

use mcp_grammar::{Breaker, Trip};
use parking_lot::Mutex;
use tokio::time::Instant;

use crate::human::AtLeast;

/// A circuit that fails its probes stays open twice as long, up to this.
const LONGEST: Duration = Duration::from_secs(120);

/// When to come back while all places for probes are taken: how the probes will end is not known.
const PROBING: Duration = Duration::from_secs(1);

/// How finely the window is measured: what is older than the window is forgotten a tenth of it at a time.
const SLICES: u32 = 10;

/// What an attempt says about the health of what it called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Success,
    Failure,
    /// Nothing: it was refused or cancelled.
    Silent,
}

#[derive(Debug)]
pub(super) struct Circuit {
    name: String,
    pub(super) declared: Breaker<'static>,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    state: State,
    /// Counts the changes of state: what was admitted before the last one has nothing to say any more.
    turn: u64,
    /// How long the circuit was, or will be, open.
    pause: Duration,
}

#[derive(Debug)]
enum State {
    Closed(Tally),
    Open { until: Instant },
    HalfOpen { running: u32, succeeded: u32 },
}

impl Circuit {
    pub(super) fn new(name: &str, declared: Breaker<'static>) -> Self {
        Self {
            name: name.to_owned(),
            inner: Mutex::new(Inner {
                state: State::Closed(Tally::new(&declared.trip)),
                turn: 0,
                pause: declared.open,
            }),
            declared,
        }
    }

    /// Whether [`admit`](Self::admit) would let a call through, else when to come back.
    pub(super) fn peek(&self) -> Result<(), Duration> {
        match &self.inner.lock().state {
            State::Closed(_) => Ok(()),
            State::Open { until } => match until.saturating_duration_since(Instant::now()) {
                Duration::ZERO => Ok(()),
                wait => Err(wait),
            },
            State::HalfOpen { running, succeeded } => self.place(*running, *succeeded),
        }
    }

    /// Lets a call through and says in which turn, else when to come back.
    pub(super) fn admit(&self) -> Result<u64, Duration> {
        let inner = &mut *self.inner.lock();
        match &mut inner.state {
            State::Closed(_) => {}
            State::Open { until } => {
                let wait = until.saturating_duration_since(Instant::now());
                if !wait.is_zero() {
                    return Err(wait);
                }
                inner.turn += 1;
                inner.state = State::HalfOpen {
                    running: 1,
                    succeeded: 0,
                };
            }
            State::HalfOpen { running, succeeded } => {
                self.place(*running, *succeeded)?;
                *running += 1;
            }
        }
        Ok(inner.turn)
    }

    /// Takes note of how an admitted call ended, and gives its place back.
    pub(super) fn record(&self, turn: u64, verdict: Verdict) {
        let inner = &mut *self.inner.lock();
        if inner.turn != turn {
            return;
        }
        match &mut inner.state {
            State::Closed(tally) => match verdict {
                Verdict::Silent => {}
                Verdict::Success => tally.success(),
                Verdict::Failure if tally.failure() => self.open(inner, self.declared.open),
                Verdict::Failure => {}
            },
            State::HalfOpen { running, succeeded } => {
                *running -= 1;
                match verdict {
                    Verdict::Silent => {}
                    Verdict::Success if *succeeded + 1 < self.declared.probes => *succeeded += 1,
                    Verdict::Success => {
                        inner.turn += 1;
                        inner.state = State::Closed(Tally::new(&self.declared.trip));
                        tracing::info!(breaker = self.name, "closed again");
                    }
                    Verdict::Failure => {
                        let longest = LONGEST.max(self.declared.open);
                        self.open(inner, (inner.pause * 2).min(longest));
                    }
                }
            }
            // Nothing is admitted while it is open.
            State::Open { .. } => {}
        }
    }

    fn open(&self, inner: &mut Inner, pause: Duration) {
        tracing::warn!(breaker = self.name, "open for {}", AtLeast(pause));
        inner.turn += 1;
        inner.pause = pause;
        inner.state = State::Open {
            until: Instant::now() + pause,
        };
    }

    /// Whether one more probe may run.
    fn place(&self, running: u32, succeeded: u32) -> Result<(), Duration> {
        match running + succeeded < self.declared.probes {
            true => Ok(()),
            false => Err(PROBING.min(self.declared.open)),
        }
    }
}

/// What a closed circuit counts.
#[derive(Debug)]
enum Tally {
    Row { most: u32, failed: u32 },
    Share(Window),
}

impl Tally {
    fn new(trip: &Trip) -> Self {
        match *trip {
            Trip::Row(most) => Self::Row { most, failed: 0 },
            Trip::Share {
                percent,
                calls,
                window,
            } => Self::Share(Window {
                percent: percent.into(),
                calls: calls.into(),
                began: Instant::now(),
                slice: window / SLICES,
                slices: Box::default(),
            }),
        }
    }

    fn success(&mut self) {
        match self {
            Self::Row { failed, .. } => *failed = 0,
            Self::Share(window) => window.current().succeeded += 1,
        }
    }

    /// Whether this failure is the one that opens the circuit.
    fn failure(&mut self) -> bool {
        match self {
            Self::Row { most, failed } => {
                *failed += 1;
                failed >= most
            }
            Self::Share(window) => {
                window.current().failed += 1;
                window.is_over()
            }
        }
    }
}

/// The calls of the last while.
#[derive(Debug)]
struct Window {
    percent: u64,
    calls: u64,
    began: Instant,
    slice: Duration,
    slices: Box<[Slice; SLICES as usize]>,
}

/// The calls of a tenth of the window.
#[derive(Debug, Clone, Copy, Default)]
struct Slice {
    /// How many slices lie between it and the beginning.
    number: u128,
    succeeded: u64,
    failed: u64,
}

impl Window {
    fn current(&mut self) -> &mut Slice {
        let number = self.number();
        let slice = &mut self.slices[(number % u128::from(SLICES)) as usize];
        if slice.number != number {
            *slice = Slice {
                number,
                ..Slice::default()
            };
        }
        slice
    }

    fn is_over(&self) -> bool {
        let number = self.number();
        let recent = |slice: &&Slice| slice.number + u128::from(SLICES) > number;
        let slices = self.slices.iter().filter(recent);
        let (failed, calls) = slices.fold((0, 0), |(failed, calls), slice| {
            (
                failed + slice.failed,
                calls + slice.failed + slice.succeeded,
            )
        });
        calls >= self.calls && failed * 100 >= calls * self.percent
    }

    fn number(&self) -> u128 {
        self.began.elapsed().as_nanos() / self.slice.as_nanos().max(1)
    }
}
