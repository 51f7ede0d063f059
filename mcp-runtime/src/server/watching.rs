//! Telling clients that what they read has changed: in a session to those who subscribed, and since 2026-07-28 in the answer to
//! `subscriptions/listen`.

use std::collections::BTreeSet;
use std::sync::Arc;

use parking_lot::Mutex;
use rmcp::ErrorData;
use rmcp::model::ResourceUpdatedNotificationParam;
use rmcp::service::{Peer, RoleServer, SubscriptionContext};
use tokio::task::AbortHandle;

use super::Core;
use super::updates::{Heard, Resources, Updates};
use crate::principal::Principal;

/// How many addresses one connection may be subscribed to.
pub(super) const MOST: usize = 1000;

/// What a session's client (2025-11-25 and older) has subscribed to. It ends with the session.
#[derive(Debug, Default)]
pub(super) struct Watching {
    wanted: Arc<Mutex<BTreeSet<String>>>,
    telling: Mutex<Option<AbortHandle>>,
    /// Places in the queue for subscriptions of 2026-07-28 that are about to begin. One that was taken only after the client had been told
    /// that it is subscribed would miss what happens in between.
    accepted: Mutex<Vec<Updates>>,
}

impl Watching {
    /// Tells the client of changes at this address from now on.
    pub(super) fn subscribe(
        &self,
        resources: &Resources,
        uri: String,
        peer: Peer<RoleServer>,
    ) -> Result<(), ErrorData> {
        // Before the client learns that it is subscribed, so that it misses nothing after.
        let updates = resources.listen();
        {
            let mut wanted = self.wanted.lock();
            if wanted.len() >= MOST && !wanted.contains(&uri) {
                return Err(ErrorData::invalid_params(
                    format!(
                        "a client subscribes to at most {MOST} resources; unsubscribe from some"
                    ),
                    None,
                ));
            }
            wanted.insert(uri);
        }
        let mut telling = self.telling.lock();
        if telling.is_none() {
            let wanted = Arc::clone(&self.wanted);
            *telling = Some(tokio::spawn(tell(updates, wanted, peer)).abort_handle());
        }
        Ok(())
    }

    /// The addresses of a subscription that are heard of. It begins here.
    pub(super) fn accept(&self, resources: &Resources, asked: &[String]) -> Vec<String> {
        self.accepted.lock().push(resources.listen());
        asked.iter().take(MOST).cloned().collect()
    }

    pub(super) fn unsubscribe(&self, uri: &str) {
        self.wanted.lock().remove(uri);
    }

    /// Tells a subscriber of changes at the addresses it asked for and may read, until it leaves.
    pub(super) async fn serve(
        &self,
        core: &Core,
        caller: Option<&Principal>,
        subscription: &SubscriptionContext,
    ) {
        let accepted = self.accepted.lock().pop();
        let mut updates = accepted.unwrap_or_else(|| core.resources.listen());
        let asked = subscription.accepted().resource_subscriptions.iter();
        let wanted: BTreeSet<&str> = asked
            .flatten()
            .map(String::as_str)
            .filter(|uri| core.may_read(uri, caller))
            .collect();
        while let Some(heard) = updates.next().await {
            let changed: Vec<&str> = match &heard {
                Heard::One(uri) => wanted.get(&**uri).copied().into_iter().collect(),
                Heard::Any => wanted.iter().copied().collect(),
            };
            for uri in changed {
                if subscription
                    .sink()
                    .notify_resource_updated(uri)
                    .await
                    .is_err()
                {
                    return;
                }
            }
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        if let Some(telling) = self.telling.lock().take() {
            telling.abort();
        }
    }
}

async fn tell(mut updates: Updates, wanted: Arc<Mutex<BTreeSet<String>>>, peer: Peer<RoleServer>) {
    while let Some(heard) = updates.next().await {
        let changed: Vec<String> = match heard {
            Heard::One(uri) => wanted.lock().get(&*uri).cloned().into_iter().collect(),
            Heard::Any => wanted.lock().iter().cloned().collect(),
        };
        for uri in changed {
            let changed = ResourceUpdatedNotificationParam::new(uri);
            if peer.notify_resource_updated(changed).await.is_err() {
                return;
            }
        }
    }
}
