//! The requests of one connection that are not answered.

use std::collections::HashMap;

use parking_lot::Mutex;
use rmcp::model::RequestId;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Requests in flight. A client that sends more waits until one is answered, so that one that writes and never reads takes no more than
/// their memory. Generous: who sends ten thousand calls and reads their answers afterwards is served.
pub(super) const MOST: usize = 16_384;

/// A request that is not answered.
#[derive(Debug, Clone)]
pub(super) enum Open {
    /// Its answer is waited for at the end. In the lane, with what cancels it.
    Owed(Option<CancellationToken>),
    /// A subscription.
    Endless,
}

/// The requests that have come in and are not answered, and whether their answers are waited for at the end.
#[derive(Debug, Default)]
pub(super) struct Pending {
    requests: Mutex<Requests>,
    /// There is room for one more. One waits for it, the task that reads.
    freed: Notify,
    emptied: Notify,
}

#[derive(Debug, Default)]
struct Requests {
    ids: HashMap<RequestId, Open>,
    /// Those of them that an answer is owed for.
    owed: usize,
}

impl Pending {
    /// Whether the id was free. Waits while there are too many.
    pub(super) async fn open(&self, id: &RequestId, request: Open) -> bool {
        loop {
            if let Some(free) = self.try_open(id, &request) {
                return free;
            }
            self.freed.notified().await;
        }
    }

    /// Whether the id was free; `None` while there are too many.
    fn try_open(&self, id: &RequestId, request: &Open) -> Option<bool> {
        let mut requests = self.requests.lock();
        let Requests { ids, owed } = &mut *requests;
        if ids.contains_key(id) {
            return Some(false);
        }
        let owes = matches!(request, Open::Owed(_));
        if owes && *owed >= MOST {
            return None;
        }
        ids.insert(id.clone(), request.clone());
        *owed += usize::from(owes);
        Some(true)
    }

    /// Whether it was there.
    pub(super) fn remove(&self, id: &RequestId) -> bool {
        self.take(id).is_some()
    }

    /// A cancelled request gets no answer.
    pub(super) fn cancel(&self, id: &RequestId) {
        if let Some(Open::Owed(Some(call))) = self.take(id) {
            call.cancel();
        }
    }

    fn take(&self, id: &RequestId) -> Option<Open> {
        let mut requests = self.requests.lock();
        let removed = requests.ids.remove(id);
        if matches!(removed, Some(Open::Owed(_))) {
            if requests.owed == MOST {
                // Kept for whoever waits next, should nobody wait yet.
                self.freed.notify_one();
            }
            requests.owed -= 1;
            if requests.owed == 0 {
                self.emptied.notify_waiters();
            }
        }
        removed
    }

    /// Becomes ready when no answer is owed.
    pub(super) async fn emptied(&self) {
        loop {
            let emptied = self.emptied.notified();
            if self.requests.lock().owed == 0 {
                return;
            }
            emptied.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::mpsc;

    use super::*;

    fn id(number: usize) -> RequestId {
        RequestId::Number(i64::try_from(number).unwrap())
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn no_more_are_in_flight_than_may_be_and_each_has_its_turn() {
        let pending = Arc::new(Pending::default());
        let (opened, mut next) = mpsc::unbounded_channel();
        let reading = {
            let pending = Arc::clone(&pending);
            tokio::spawn(async move {
                for number in 0..MOST + 1_000 {
                    assert!(pending.open(&id(number), Open::Owed(None)).await);
                    opened.send((number, pending.requests.lock().owed)).unwrap();
                }
            })
        };
        // The reader gets as far as it can by itself, and then one step further with each answer.
        let mut reached = Vec::new();
        while reached.len() < MOST {
            reached.push(next.recv().await.unwrap());
        }
        let mut reached = reached.into_iter();
        for _ in 0..MOST + 1_000 {
            let (number, owed) = match reached.next() {
                Some(one) => one,
                None => next.recv().await.unwrap(),
            };
            assert!(owed <= MOST, "{owed}");
            assert!(pending.remove(&id(number)));
        }
        reading.await.unwrap();
        assert_eq!(pending.requests.lock().owed, 0);
    }

    #[tokio::test]
    async fn an_id_in_use_is_told_at_once_however_many_are_in_flight() {
        let pending = Pending::default();
        for number in 0..MOST {
            assert!(pending.open(&id(number), Open::Owed(None)).await);
        }
        assert!(!pending.open(&id(7), Open::Owed(None)).await);
        assert!(
            pending.open(&id(MOST), Open::Endless).await,
            "nobody waits for it"
        );
    }

    #[tokio::test]
    async fn a_subscription_is_not_waited_for_and_a_cancelled_call_is_over() {
        let pending = Pending::default();
        let call = CancellationToken::new();
        pending.open(&id(1), Open::Endless).await;
        pending.open(&id(2), Open::Owed(Some(call.clone()))).await;
        pending.cancel(&id(2));
        assert!(call.is_cancelled());
        pending.emptied().await;
        assert!(!pending.remove(&id(2)) && pending.remove(&id(1)));
    }
}
