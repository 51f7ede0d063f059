//! Keeps strangers from making this server wear out an issuer.
//!
//! Whoever sends an invented token makes a server that verifies by asking ask. So few questions are open at a time, an issuer that fails is left alone
//! for a while, and where many tokens were refused, new ones are not asked about until some time has passed. What is not asked about is answered with
//! 503, never with a yes.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use super::fetch::TIMEOUT;
use super::{Health, Rejected, Verified};

/// How many questions are open at a time. More wait for a place, as long as an answer may take.
const AT_ONCE: usize = 16;

/// How many failures in a row open the circuit, and for how long; then one question finds out.
const FAILURES: u32 = 5;
const OPEN: Duration = Duration::from_secs(5);

/// How many refusals may come at once, and how soon one more is due. Under the 5,000 requests an hour that GitHub grants an app.
const REFUSALS: u32 = 60;
const REFUSAL_EVERY: Duration = Duration::from_secs(1);

/// What a question must pass.
pub(super) struct Gate {
    places: Semaphore,
    state: Mutex<State>,
}

struct State {
    failures: u32,
    /// Where the circuit is open: when the next question may find out.
    open_until: Option<Instant>,
    /// When all refusals will have been made up for (GCRA).
    refused_until: Instant,
}

impl Gate {
    pub(super) fn new() -> Self {
        Self {
            places: Semaphore::new(AT_ONCE),
            state: Mutex::new(State {
                failures: 0,
                open_until: None,
                refused_until: Instant::now(),
            }),
        }
    }

    /// Asks, if it may. A token that held before is no stranger's.
    pub(super) async fn pass(
        &self,
        held_before: bool,
        ask: impl Future<Output = Result<Verified, Rejected>>,
    ) -> Result<Verified, Rejected> {
        if !held_before && self.state.lock().is_worn_out() {
            return away("too many tokens were refused");
        }
        let deadline = Instant::now() + TIMEOUT;
        let Ok(Ok(_place)) = timeout_at(deadline, self.places.acquire()).await else {
            return away("too many tokens are being asked about");
        };
        // Again: others were refused meanwhile.
        if !held_before && self.state.lock().is_worn_out() {
            return away("too many tokens were refused");
        }
        if !self.state.lock().admits() {
            return away("the issuer did not answer a moment ago");
        }
        let answer = timeout_at(deadline, ask).await;
        let answer = answer.unwrap_or_else(|_| away("the issuer does not answer"));
        self.state.lock().record(&answer);
        answer
    }

    pub(super) fn health(&self) -> Health {
        match self.state.lock().open_until {
            None => Health::Ready,
            Some(_) => Health::Degraded,
        }
    }
}

impl State {
    fn is_worn_out(&self) -> bool {
        let owed = self.refused_until.saturating_duration_since(Instant::now());
        owed > REFUSAL_EVERY * (REFUSALS - 1)
    }

    fn admits(&mut self) -> bool {
        let now = Instant::now();
        match self.open_until {
            Some(until) if now < until => false,
            Some(_) => {
                // This one finds out, and nobody else until then.
                self.open_until = Some(now + OPEN);
                true
            }
            None => true,
        }
    }

    fn record(&mut self, answer: &Result<Verified, Rejected>) {
        let now = Instant::now();
        if let Err(Rejected::Unavailable(_)) = answer {
            self.failures = self.failures.saturating_add(1);
            if self.failures >= FAILURES {
                if self.open_until.is_none() {
                    tracing::warn!("an issuer does not answer about tokens: nobody new gets in");
                }
                self.open_until = Some(now + OPEN);
            }
            return;
        }
        self.failures = 0;
        if self.open_until.take().is_some() {
            tracing::info!("an issuer answers about tokens again");
        }
        if answer.is_err() {
            self.refused_until = self.refused_until.max(now) + REFUSAL_EVERY;
        }
    }
}

fn away(why: &'static str) -> Result<Verified, Rejected> {
    Err(Rejected::Unavailable(why.into()))
}
