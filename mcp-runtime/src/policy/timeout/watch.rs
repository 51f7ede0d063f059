//! A call's stopwatch.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::{Elapsed, Rule, What};

/// How long a call has been running, without the time that others took to answer its questions.
#[derive(Debug)]
pub(crate) struct Watch {
    times: Mutex<Times>,
    answered: Notify,
    /// How long people have for their answers, one call's questions together. Beyond that the call's own time runs again.
    patience: Duration,
}

#[derive(Debug)]
struct Times {
    started: Instant,
    /// When the tool last showed that it goes on.
    heard: Instant,
    /// Since when, and how many, questions are open.
    asking: Option<(Instant, usize)>,
    /// How long questions were open before.
    asked: Duration,
    /// Whether nobody waits for the call any more.
    is_task: bool,
}

impl Watch {
    pub(crate) fn new(patience: Duration) -> Self {
        let now = Instant::now();
        Self {
            times: Mutex::new(Times {
                started: now,
                heard: now,
                asking: None,
                asked: Duration::ZERO,
                is_task: false,
            }),
            answered: Notify::new(),
            patience,
        }
    }

    /// The call's time begins now: what came before was not the tool's doing.
    pub(crate) fn start(&self) {
        let mut times = self.times.lock();
        times.started = Instant::now();
        times.heard = times.started;
    }

    /// The call is a task from here on.
    pub(crate) fn begin_task(&self) {
        self.times.lock().is_task = true;
    }

    /// How much time the whole call has.
    pub(super) fn total(&self, rule: &Rule) -> Duration {
        rule.total(self.times.lock().is_task)
    }

    /// The tool shows that it goes on.
    pub(crate) fn heard(&self) {
        self.times.lock().heard = Instant::now();
    }

    /// Stops the watch until the guard is dropped.
    pub(crate) fn asking(&self) -> Asking<'_> {
        let mut times = self.times.lock();
        let open = times.asking.get_or_insert_with(|| (Instant::now(), 0));
        open.1 += 1;
        Asking(self)
    }

    /// An attempt begins.
    pub(super) fn begin(&self) -> Began {
        let mut times = self.times.lock();
        times.heard = Instant::now();
        Began {
            at: times.heard,
            spared: times.asked,
        }
    }

    /// When an attempt's time will be over, if nothing happens until then.
    pub(super) fn end(&self, rule: &Rule, began: &Began) -> End {
        self.times.lock().end(rule, began, self.patience)
    }

    /// Waits until no question is open.
    pub(super) async fn answered(&self) {
        self.answered.notified().await;
    }

    /// How much of the whole call's time is left.
    pub(super) fn left(&self, rule: &Rule) -> Duration {
        let (times, now) = (self.times.lock(), Instant::now());
        let end = times.started + rule.total(times.is_task) + times.spared(now, self.patience);
        end.saturating_duration_since(now)
    }
}

/// A question is open.
#[derive(Debug)]
#[must_use = "the watch runs again when this is dropped"]
pub(crate) struct Asking<'a>(&'a Watch);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        let now = Instant::now();
        let mut times = self.0.times.lock();
        if let Some((since, open)) = times.asking {
            if open > 1 {
                times.asking = Some((since, open - 1));
                return;
            }
            times.asked = times.spared(now, self.0.patience);
            times.asking = None;
            times.heard = now;
            self.0.answered.notify_one();
        }
    }
}

impl Times {
    /// The time up to now that is not the call's.
    fn spared(&self, now: Instant, patience: Duration) -> Duration {
        let open = self.asking.map(|(since, _)| now - since);
        (self.asked + open.unwrap_or_default()).min(patience)
    }

    fn end(&self, rule: &Rule, began: &Began, patience: Duration) -> End {
        // While a question is open, it is taken to stay open.
        let spared = match self.asking {
            Some(_) => patience,
            None => self.asked,
        };
        let total = rule.total(self.is_task);
        let call = self.started + total + spared;
        let mut end = End {
            at: call,
            elapsed: rule.elapsed(What::Call, total),
            asking: self.asking.is_some(),
        };
        if let Some(attempt) = rule.attempt {
            let at = began.at + attempt + (spared - began.spared);
            if at < end.at {
                end.at = at;
                end.elapsed = rule.elapsed(What::Attempt, attempt);
            }
        }
        if let (Some(idle), None) = (rule.idle, self.asking) {
            let at = self.heard + idle;
            if at < end.at {
                end.at = at;
                end.elapsed = rule.elapsed(What::Idle, idle);
            }
        }
        end
    }
}

/// When an attempt's time is over, and which.
pub(super) struct End {
    pub(super) at: Instant,
    pub(super) elapsed: Elapsed,
    /// It comes sooner if the open question is answered.
    pub(super) asking: bool,
}

impl Began {
    pub(super) fn at(&self) -> Instant {
        self.at
    }
}

/// When an attempt began, and how much time was spared by then.
pub(super) struct Began {
    at: Instant,
    spared: Duration,
}
