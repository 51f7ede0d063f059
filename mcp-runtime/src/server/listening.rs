//! Telling clients what has changed: in a session as it comes, and since 2026-07-28 in the answer to `subscriptions/listen`.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use rmcp::ErrorData;
use rmcp::model::{ResourceUpdatedNotificationParam, SubscriptionFilter};
use rmcp::service::{Peer, RoleServer, ServiceError, SubscriptionContext};
use tokio_util::sync::CancellationToken;

use super::Core;
use super::changes::{Changes, Heard, Listener};
use crate::principal::Principal;

/// How many resources one client may be subscribed to.
const MOST: usize = 1000;

/// What one connection's client is told.
#[derive(Debug, Default)]
pub(super) struct Listening {
    /// The resources that the session's client has subscribed to (2025-11-25 and older).
    wanted: Arc<Mutex<BTreeSet<String>>>,
    /// Whether the session's client is told already.
    told: AtomicBool,
    /// Cancelled when nobody holds this any more, with the connection.
    gone: CancellationToken,
    /// Places in the queue for subscriptions that are about to begin, in their order. One that was taken only after the client had been told
    /// that it is subscribed would miss what happens in between.
    accepted: Mutex<VecDeque<Listener>>,
}

impl Listening {
    /// Tells a client of 2025-11-25 of every change of a list, and of the resources it has subscribed to, to the end of its session.
    pub(super) fn tell(&self, changes: &Changes, peer: Peer<RoleServer>) {
        if self.told.swap(true, Ordering::AcqRel) {
            return;
        }
        let (mut changes, gone) = (changes.listen(), self.gone.clone());
        let wanted = Arc::clone(&self.wanted);
        let telling = async move {
            while let Some(heard) = changes.next().await {
                let uris = heard.among(&wanted.lock());
                if tell(&peer, &heard, uris).await.is_err() {
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

    /// Tells a session's client of changes at this address from now on.
    pub(super) fn subscribe(
        &self,
        changes: &Changes,
        uri: String,
        peer: Peer<RoleServer>,
    ) -> Result<(), ErrorData> {
        // Before the client learns that it is subscribed, so that it misses nothing after.
        self.tell(changes, peer);
        let mut wanted = self.wanted.lock();
        if wanted.len() >= MOST && !wanted.contains(&uri) {
            return Err(ErrorData::invalid_params(
                format!("a client subscribes to at most {MOST} resources; unsubscribe from some"),
                None,
            ));
        }
        wanted.insert(uri);
        Ok(())
    }

    pub(super) fn unsubscribe(&self, uri: &str) {
        self.wanted.lock().remove(uri);
    }

    /// What of a subscription of 2026-07-28 there is to tell. It begins here.
    pub(super) fn accept(
        &self,
        changes: &Changes,
        requested: &SubscriptionFilter,
    ) -> SubscriptionFilter {
        self.accepted.lock().push_back(changes.listen());
        let mut accepted = SubscriptionFilter::new();
        accepted.tools_list_changed = requested.tools_list_changed;
        let asked = requested.resource_subscriptions.as_ref();
        accepted.resource_subscriptions =
            asked.map(|asked| asked.iter().take(MOST).cloned().collect());
        accepted
    }

    /// Tells a subscriber of what it asked for, of resources those that it may read, until it leaves.
    pub(super) async fn serve(
        &self,
        core: &Core,
        caller: Option<&Principal>,
        subscription: &SubscriptionContext,
    ) {
        let accepted = self.accepted.lock().pop_front();
        let mut changes = accepted.unwrap_or_else(|| core.changes.listen());
        let filter = subscription.accepted();
        let wants_tools = filter.tools_list_changed == Some(true);
        let asked = filter.resource_subscriptions.iter().flatten();
        let may_read = asked.filter(|uri| core.may_read(uri, caller));
        let wanted: BTreeSet<String> = may_read.cloned().collect();
        let sink = subscription.sink();
        while let Some(heard) = changes.next().await {
            if wants_tools && heard.is_of_tools() && sink.notify_tool_list_changed().await.is_err()
            {
                return;
            }
            for uri in heard.among(&wanted) {
                if sink.notify_resource_updated(uri).await.is_err() {
                    return;
                }
            }
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.gone.cancel();
    }
}

async fn tell(
    peer: &Peer<RoleServer>,
    heard: &Heard,
    uris: Vec<String>,
) -> Result<(), ServiceError> {
    if heard.is_of_tools() {
        peer.notify_tool_list_changed().await?;
    }
    for uri in uris {
        let changed = ResourceUpdatedNotificationParam::new(uri);
        peer.notify_resource_updated(changed).await?;
    }
    Ok(())
}
