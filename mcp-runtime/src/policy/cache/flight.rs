//! One run of a tool for all who ask for the same at the same time.
//!
//! The first one leads: it runs the tool in a task of its own, and the others wait. A leader that goes away leaves its task to the next in
//! line; when the last one has gone, the task is stopped. What befalls the leader alone, a policy's refusal or a panic, is nobody else's
//! answer: the next in line leads.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use tokio::sync::OnceCell;
use tokio::task::JoinError;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument as _;

use crate::answer::{Output, Source};
use crate::error::{Refusal, ToolError};
use crate::policy::attempt;
use crate::store::{BuildKeyHasher, Key, Since};

/// The runs under way, by the key of their answers. Whoever waits for one keeps it alive.
#[derive(Debug, Default)]
pub(super) struct Flights(Mutex<HashMap<Key, Weak<Flight>, BuildKeyHasher>>);

/// One run, or several in a row, until one of them has an answer for everyone.
#[derive(Debug)]
pub(super) struct Flight {
    key: Key,
    moment: Option<Since>,
    flights: Arc<Flights>,
    answer: OnceCell<Answer>,
    running: tokio::sync::Mutex<Option<AbortOnDropHandle<Landing>>>,
}

/// The tool's own word.
pub(super) type Answer = Result<Arc<Output>, Arc<ToolError>>;

/// What one run came to.
#[derive(Debug)]
pub(super) enum Landing {
    /// It holds for everyone who waits.
    Everyones(Answer),
    /// It concerns the call alone that ran.
    Own(Box<Result<Output, Refusal>>),
}

impl Flights {
    /// The flight under way, or a new one, and whether it is new. `moment` tells apart those who ask before a tag was forgotten from those
    /// who ask afterwards: what began before is no answer for them.
    pub(super) fn join(self: &Arc<Self>, key: Key, moment: Option<Since>) -> (Arc<Flight>, bool) {
        let mut flights = self.0.lock();
        match flights.get(&key).and_then(Weak::upgrade) {
            Some(flight) if flight.moment == moment => (flight, false),
            superseded => {
                let flight = Arc::new(Flight {
                    key,
                    moment,
                    flights: Arc::clone(self),
                    answer: OnceCell::new(),
                    running: tokio::sync::Mutex::default(),
                });
                flights.insert(key, Arc::downgrade(&flight));
                // Nobody else may hold it any more, and its end takes the lock.
                drop(flights);
                drop(superseded);
                (flight, true)
            }
        }
    }

    /// Whoever asks from now on asks anew.
    fn close(&self, flight: &Flight) {
        let mut flights = self.0.lock();
        let current = flights.get(&flight.key).map(Weak::as_ptr);
        if current == Some(std::ptr::from_ref(flight)) {
            flights.remove(&flight.key);
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.lock().len()
    }
}

impl Flight {
    /// Waits for the answer. `run` is this caller's own run, should it come to lead.
    pub(super) async fn wait(
        &self,
        run: impl FnOnce() -> BoxFuture<'static, Landing>,
    ) -> Result<Output, Refusal> {
        let mut led = false;
        // First come, first served; dropped while it leads, it makes the next one lead.
        let answer = self.answer.get_or_try_init(|| self.lead(run, &mut led));
        match answer.await {
            Ok(Ok(output)) if led => Ok(Output::clone(output)),
            Ok(Ok(output)) => Ok(Output::clone(output).with_source(Source::Shared)),
            Ok(Err(error)) => Err(error.duplicate().into()),
            Err(own) => *own,
        }
    }

    async fn lead(
        &self,
        run: impl FnOnce() -> BoxFuture<'static, Landing>,
        led: &mut bool,
    ) -> Result<Answer, Box<Result<Output, Refusal>>> {
        let mut running = self.running.lock().await;
        if let Some(left_behind) = running.as_mut() {
            let landing = left_behind.await;
            *running = None;
            if let Ok(Landing::Everyones(answer)) = landing {
                self.flights.close(self);
                return Ok(answer);
            }
        }
        *led = true;
        let task = tokio::spawn(run().in_current_span());
        let landing = running.insert(AbortOnDropHandle::new(task)).await;
        *running = None;
        match landing {
            Ok(Landing::Everyones(answer)) => {
                self.flights.close(self);
                Ok(answer)
            }
            Ok(Landing::Own(own)) => Err(own),
            Err(error) => Err(Box::new(Err(broken(error)))),
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.flights.close(self);
    }
}

/// A task that came to no end of its own.
fn broken(error: JoinError) -> Refusal {
    match error.try_into_panic() {
        Ok(panic) => Refusal::Panicked(attempt::caught(&*panic)),
        // The program is stopping.
        Err(_) => Refusal::Cancelled,
    }
}
