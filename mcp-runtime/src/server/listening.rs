//! Telling clients that lists have changed: in a session as they come, and since 2026-07-28 in the answer to `subscriptions/listen`.

use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use rmcp::model::SubscriptionFilter;
use rmcp::service::{Peer, RoleServer, SubscriptionContext};
use tokio_util::sync::CancellationToken;

use super::changes::{Change, Changes, Listener};

/// What one connection's client is told.
#[derive(Debug, Default)]
pub(super) struct Listening {
    /// Whether the session's client is told already.
    told: AtomicBool,
    /// Cancelled when nobody holds this any more, with the connection.
    gone: CancellationToken,
    /// Places in the queue for subscriptions that are about to begin. One that was taken only after the client had been told that it is
    /// subscribed would miss what happens in between.
    accepted: Mutex<Vec<Listener>>,
}

impl Listening {
    /// Tells a client of 2025-11-25 of every change, from its handshake to the end of its session.
    pub(super) fn tell(&self, changes: &Changes, peer: Peer<RoleServer>) {
        if self.told.swap(true, Ordering::AcqRel) {
            return;
        }
        let (mut changes, gone) = (changes.listen(), self.gone.clone());
        let telling = async move {
            while let Some(change) = changes.next().await {
                let told = match change {
                    Change::Tools => peer.notify_tool_list_changed().await,
                };
                if told.is_err() {
                    return;
                }
            }
        };
        tokio::spawn(async move {
            tokio::select! {
                biased;
                () = gone.cancelled() => {}
                () = telling => {}
            }
        });
    }

    /// What of a subscription there is to tell. It begins here.
    pub(super) fn accept(
        &self,
        changes: &Changes,
        requested: &SubscriptionFilter,
    ) -> SubscriptionFilter {
        self.accepted.lock().push(changes.listen());
        let mut accepted = SubscriptionFilter::new();
        accepted.tools_list_changed = requested.tools_list_changed;
        accepted
    }

    /// Tells a subscriber of the lists that it asked for, until it leaves.
    pub(super) async fn serve(&self, changes: &Changes, subscription: &SubscriptionContext) {
        let accepted = self.accepted.lock().pop();
        let mut changes = accepted.unwrap_or_else(|| changes.listen());
        let tools = subscription.accepted().tools_list_changed == Some(true);
        while let Some(change) = changes.next().await {
            let told = match change {
                Change::Tools if tools => subscription.sink().notify_tool_list_changed().await,
                Change::Tools => Ok(()),
            };
            if told.is_err() {
                return;
            }
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.gone.cancel();
    }
}
