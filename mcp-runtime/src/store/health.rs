//! Whether a store answers: a breaker in front of it, so that an outage costs the first calls alone.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tokio::time::Instant;

use super::StoreError;

/// So many failures in a row are an outage.
const ROW: u32 = 5;

/// And so is half of so many operations.
const RECENT: u32 = 20;

/// How long nobody is let through. Then one operation is: the probe.
const PAUSE: Duration = Duration::from_secs(1);

/// At most one outage in so long is a warning in the log: one that comes and goes must not fill it.
const QUIET: Duration = Duration::from_secs(60);

/// How a store has answered lately.
#[derive(Debug)]
pub(crate) struct Health {
    inner: Mutex<Inner>,
    opened: Notify,
}

#[derive(Debug)]
struct Inner {
    state: State,
    /// Counts the changes of state: what was let through before the last one has nothing to say any more.
    turn: u64,
    /// Whether an operation has failed, and none has succeeded since.
    away: bool,
    /// Whether the log says so.
    told: bool,
    last_told: Option<Instant>,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// The latest operations, the last one in the lowest bit: a bit is set where one failed.
    Closed {
        failed: u32,
        seen: u32,
    },
    Open {
        until: Instant,
    },
    Probing,
}

impl State {
    const HEALTHY: Self = Self::Closed { failed: 0, seen: 0 };
}

/// Proof that an operation may be tried. Dropped without a word, the operation was cancelled, and says nothing.
pub(super) struct Pass<'a> {
    health: &'a Health,
    turn: u64,
}

impl Health {
    pub(super) fn new() -> Self {
        Self {
            inner: Mutex::new(Inner {
                state: State::HEALTHY,
                turn: 0,
                away: false,
                told: false,
                last_told: None,
            }),
            opened: Notify::new(),
        }
    }

    /// Whether the store did not answer when it was last asked.
    pub(crate) fn is_away(&self) -> bool {
        self.inner.lock().away
    }

    /// Becomes ready when the breaker opens: whoever still waits then waits for nothing.
    pub(super) fn opened(&self) -> Notified<'_> {
        self.opened.notified()
    }

    /// Lets an operation through, unless the store is known to be away.
    pub(super) fn admit(&self) -> Option<Pass<'_>> {
        let inner = &mut *self.inner.lock();
        match inner.state {
            State::Closed { .. } => {}
            State::Open { until } if until <= Instant::now() => {
                inner.turn += 1;
                inner.state = State::Probing;
            }
            State::Open { .. } | State::Probing => return None,
        }
        Some(Pass {
            health: self,
            turn: inner.turn,
        })
    }
}

impl Pass<'_> {
    /// Takes note of what the store said.
    pub(super) fn record(self, error: Option<&StoreError>) {
        let inner = &mut *self.health.inner.lock();
        if inner.turn != self.turn {
            return;
        }
        match error {
            None => inner.comes_back(),
            Some(error) => inner.goes(error),
        }
        let bit = u32::from(error.is_some());
        inner.state = match inner.state {
            State::Closed { failed, seen } => {
                let failed = (failed << 1 | bit) & ((1 << RECENT) - 1);
                let seen = (seen + 1).min(RECENT);
                let row = failed.trailing_ones() >= ROW;
                let share = seen == RECENT && failed.count_ones() * 2 >= RECENT;
                match row || share {
                    false => State::Closed { failed, seen },
                    true => inner.open(),
                }
            }
            State::Probing if error.is_some() => inner.open(),
            State::Probing => {
                inner.turn += 1;
                State::HEALTHY
            }
            open @ State::Open { .. } => open,
        };
        if matches!(inner.state, State::Open { .. }) {
            self.health.opened.notify_waiters();
        }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let inner = &mut *self.health.inner.lock();
        if inner.turn == self.turn && matches!(inner.state, State::Probing) {
            // A probe that was cancelled: the next one may follow at once.
            inner.state = State::Open {
                until: Instant::now(),
            };
        }
    }
}

impl Inner {
    fn open(&mut self) -> State {
        self.turn += 1;
        State::Open {
            until: Instant::now() + PAUSE,
        }
    }

    fn goes(&mut self, error: &StoreError) {
        if !std::mem::replace(&mut self.away, true) {
            let recent = |told: &Instant| told.elapsed() < QUIET;
            self.told = !self.last_told.as_ref().is_some_and(recent);
            if self.told {
                self.last_told = Some(Instant::now());
                tracing::warn!(%error, "the store of shared state is away: each policy does without it as it says");
                return;
            }
        }
        tracing::debug!(%error, "the store of shared state does not answer");
    }

    fn comes_back(&mut self) {
        if std::mem::take(&mut self.away) && std::mem::take(&mut self.told) {
            tracing::warn!("the store of shared state is back");
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::time::advance;

    use super::*;

    fn note(health: &Health, fails: bool) {
        let error = StoreError::new("no");
        let pass = health.admit();
        pass.unwrap().record(fails.then_some(&error));
    }

    #[tokio::test(start_paused = true)]
    async fn five_failures_in_a_row_open_it_for_a_second_and_then_one_may_try() {
        let health = Health::new();
        for _ in 0..4 {
            note(&health, true);
        }
        note(&health, false);
        assert!(!health.is_away());
        for _ in 0..5 {
            note(&health, true);
        }
        assert!(health.is_away());
        advance(PAUSE - Duration::from_millis(1)).await;
        assert!(health.admit().is_none());
        advance(Duration::from_millis(1)).await;
        let probe = health.admit().unwrap();
        assert!(health.admit().is_none(), "one probe at a time");
        probe.record(Some(&StoreError::new("no")));
        assert!(health.admit().is_none(), "another second");
        advance(PAUSE).await;
        drop(health.admit().unwrap());
        health.admit().unwrap().record(None);
        assert!(!health.is_away());
        assert!(health.admit().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn half_of_the_last_twenty_open_it() {
        let health = Health::new();
        for number in 0..19 {
            note(&health, number % 2 == 1);
        }
        assert!(health.admit().is_some());
        note(&health, true);
        assert!(health.admit().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_let_through_before_it_opened_has_nothing_to_say() {
        let health = Health::new();
        let late = health.admit().unwrap();
        let opened = health.opened();
        for _ in 0..5 {
            note(&health, true);
        }
        tokio::time::timeout(Duration::ZERO, opened).await.unwrap();
        late.record(None);
        assert!(health.is_away());
        assert!(health.admit().is_none());
    }

    proptest! {
        /// It opens exactly when the last five failed, or half of the last twenty.
        #[test]
        fn it_opens_when_a_list_of_all_answers_says_so(answers in prop::collection::vec(any::<bool>(), 0..60)) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
            let _inside = runtime.enter();
            let health = Health::new();
            let mut all: Vec<bool> = Vec::new();
            for fails in answers {
                note(&health, fails);
                all.push(fails);
                let last = |count: usize| all.iter().rev().take(count).filter(|fails| **fails).count();
                let opens = last(5) == 5 || all.len() >= 20 && last(20) >= 10;
                prop_assert_eq!(health.admit().is_none(), opens);
                if opens {
                    break;
                }
            }
        }
    }
}
