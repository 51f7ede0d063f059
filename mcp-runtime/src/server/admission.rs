//! Who is let in: calls are admitted while the server is open, counted while they run, and turned out when time is up.
//!
//! Each admitted call holds an [`Inside`]. Dropping it, however the call ends, is what counts it out.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// The bit that says that nobody is let in any more. The bits below it count the calls inside.
const CLOSED: usize = 1 << (usize::BITS - 1);

/// The server's door.
#[derive(Debug, Clone, Default)]
pub(crate) struct Admission(Arc<Door>);

/// One number holds both the count and whether the door is closed, so that no call slips in while it closes.
#[derive(Debug, Default)]
struct Door {
    state: AtomicUsize,
    emptied: Notify,
    closed: CancellationToken,
    turned_out: CancellationToken,
}

/// Proof that a call was let in. It is counted out when this is dropped.
#[derive(Debug)]
#[must_use = "dropping it counts the call out"]
pub(crate) struct Inside(Arc<Door>);

/// The server is stopping and takes no new calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Closed;

impl Admission {
    /// Lets a call in, unless the door is closed.
    pub(crate) fn admit(&self) -> Result<Inside, Closed> {
        let enter = |state| (state & CLOSED == 0).then_some(state + 1);
        let state = &self.0.state;
        match state.fetch_update(Ordering::AcqRel, Ordering::Acquire, enter) {
            Ok(_) => Ok(Inside(Arc::clone(&self.0))),
            Err(_) => Err(Closed),
        }
    }

    /// How many calls are inside.
    pub(crate) fn in_flight(&self) -> usize {
        self.0.state.load(Ordering::Acquire) & !CLOSED
    }

    /// Lets nobody in any more. Those inside stay.
    pub(crate) fn close(&self) {
        self.0.state.fetch_or(CLOSED, Ordering::AcqRel);
        self.0.closed.cancel();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.0.state.load(Ordering::Acquire) & CLOSED != 0
    }

    /// Becomes ready when the door closes.
    pub(crate) async fn closed(&self) {
        self.0.closed.cancelled().await;
    }

    /// Becomes ready when nobody is inside.
    pub(crate) async fn emptied(&self) {
        loop {
            // Registered before the count is read: the last call may leave in between.
            let emptied = self.0.emptied.notified();
            if self.in_flight() == 0 {
                return;
            }
            emptied.await;
        }
    }

    /// Tells those inside that their time is up. Each ends with an answer that says so.
    pub(crate) fn turn_out(&self) {
        self.0.turned_out.cancel();
    }
}

impl Inside {
    /// Becomes ready when the call's time is up because the server stops.
    pub(crate) async fn turned_out(&self) {
        self.0.turned_out.cancelled().await;
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let before = self.0.state.fetch_sub(1, Ordering::AcqRel);
        if before & !CLOSED == 1 {
            self.0.emptied.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_closed_door_lets_nobody_in_and_keeps_those_inside() {
        let admission = Admission::default();
        let inside = admission.admit().unwrap();
        admission.close();
        admission.closed().await;
        assert_eq!(admission.admit().unwrap_err(), Closed);
        assert_eq!(admission.in_flight(), 1);
        drop(inside);
        assert_eq!(admission.in_flight(), 0);
        assert!(admission.is_closed());
    }

    #[tokio::test]
    async fn the_last_one_out_wakes_whoever_waits_for_it() {
        let admission = Admission::default();
        let (first, last) = (admission.admit().unwrap(), admission.admit().unwrap());
        let waiting = tokio::spawn({
            let admission = admission.clone();
            async move { admission.emptied().await }
        });
        tokio::task::yield_now().await;
        drop(first);
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(last);
        waiting.await.unwrap();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn every_way_to_end_counts_a_call_out() {
        let admission = Admission::default();
        let calls: Vec<_> = (0..200)
            .map(|number| {
                let inside = admission.admit().unwrap();
                tokio::spawn(async move {
                    match number % 3 {
                        0 => drop(inside),
                        1 => inside.turned_out().await,
                        _ => {
                            let _inside = inside;
                            std::future::pending::<()>().await;
                        }
                    }
                })
            })
            .collect();
        admission.turn_out();
        for call in calls.iter().skip(2).step_by(3) {
            call.abort();
        }
        admission.emptied().await;
        assert_eq!(admission.in_flight(), 0);
    }
}
