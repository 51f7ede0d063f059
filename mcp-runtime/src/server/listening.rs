//! Telling clients what has changed: in a session as it comes, and since 2026-07-28 in the answer to `subscriptions/listen`.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use rmcp::ErrorData;
use rmcp::model::{ResourceUpdatedNotificationParam, SubscriptionFilter};
use rmcp::service::{Peer, RoleServer, ServiceError, SubscriptionContext, SubscriptionSendError};
use tokio::task;
use tokio_util::sync::CancellationToken;

use super::Core;
use super::changes::{Change, Changes, Heard, Listener};
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
    accepted: Beginning,
}

impl Listening {
    /// Tells a client of 2025-11-25 of every change of a list, and of the resources it has subscribed to, to the end of its session.
    pub(super) fn tell(&self, core: &Core, peer: Peer<RoleServer>) {
        if self.told.swap(true, Ordering::AcqRel) {
            return;
        }
        let (mut changes, gone) = (core.changes.listen(), self.gone.clone());
        let lists = Lists::served(core);
        let wanted = Arc::clone(&self.wanted);
        let telling = async move {
            while let Some(heard) = changes.next().await {
                let uris = heard.among(&wanted.lock());
                if tell(&peer, lists.of(&heard), uris).await.is_err() {
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
        core: &Core,
        uri: String,
        peer: Peer<RoleServer>,
    ) -> Result<(), ErrorData> {
        // Before the client learns that it is subscribed, so that it misses nothing after.
        self.tell(core, peer);
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
        self.accepted.begin(changes);
        // rmcp takes out what the server does not declare.
        let mut accepted = SubscriptionFilter::new();
        accepted.tools_list_changed = requested.tools_list_changed;
        accepted.prompts_list_changed = requested.prompts_list_changed;
        accepted.resources_list_changed = requested.resources_list_changed;
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
        let accepted = self.accepted.go_on();
        let mut changes = accepted.unwrap_or_else(|| core.changes.listen());
        let filter = subscription.accepted();
        let lists = Lists::asked(filter);
        let asked = filter.resource_subscriptions.iter().flatten();
        let may_read = asked.filter(|uri| core.may_read(uri, caller));
        let wanted: BTreeSet<String> = may_read.cloned().collect();
        let sink = subscription.sink();
        while let Some(heard) = changes.next().await {
            let Lists {
                tools,
                prompts,
                resources,
            } = lists.of(&heard);
            let telling = async {
                if tools {
                    sink.notify_tool_list_changed().await?;
                }
                if prompts {
                    sink.notify_prompt_list_changed().await?;
                }
                if resources {
                    sink.notify_resource_list_changed().await?;
                }
                for uri in heard.among(&wanted) {
                    sink.notify_resource_updated(uri).await?;
                }
                Ok::<_, SubscriptionSendError>(())
            };
            if telling.await.is_err() {
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

async fn tell(
    peer: &Peer<RoleServer>,
    lists: Lists,
    uris: Vec<String>,
) -> Result<(), ServiceError> {
    if lists.tools {
        peer.notify_tool_list_changed().await?;
    }
    if lists.prompts {
        peer.notify_prompt_list_changed().await?;
    }
    if lists.resources {
        peer.notify_resource_list_changed().await?;
    }
    for uri in uris {
        let changed = ResourceUpdatedNotificationParam::new(uri);
        peer.notify_resource_updated(changed).await?;
    }
    Ok(())
}

/// Lists whose changes a client is told of.
#[derive(Debug, Clone, Copy)]
struct Lists {
    tools: bool,
    prompts: bool,
    resources: bool,
}

impl Lists {
    /// Those that the server has.
    fn served(core: &Core) -> Self {
        let served = core.tools();
        Self {
            tools: !served.tools().is_empty(),
            prompts: !served.prompts.is_empty(),
            resources: !served.resources.is_empty(),
        }
    }

    /// Those that a client has asked to hear of.
    fn asked(filter: &SubscriptionFilter) -> Self {
        Self {
            tools: filter.tools_list_changed == Some(true),
            prompts: filter.prompts_list_changed == Some(true),
            resources: filter.resources_list_changed == Some(true),
        }
    }

    /// Those among them that are to be read anew.
    fn of(self, heard: &Heard) -> Self {
        Self {
            tools: self.tools && heard.is_of(&Change::Tools),
            prompts: self.prompts && heard.is_of(&Change::Prompts),
            resources: self.resources && heard.is_of(&Change::ResourceList),
        }
    }
}

/// Places in the queue for subscriptions that are about to begin. One that was taken only after the client had been told that it is subscribed would
/// miss what happens in between.
///
/// rmcp asks what is accepted and serves the subscription in one task, with the acknowledgement between the two. It says nothing else of which
/// belongs to which: several may begin at once.
#[derive(Debug, Default)]
struct Beginning(Mutex<HashMap<Option<task::Id>, Listener>>);

impl Beginning {
    fn begin(&self, changes: &Changes) {
        self.0.lock().insert(task::try_id(), changes.listen());
    }

    fn go_on(&self) -> Option<Listener> {
        self.0.lock().remove(&task::try_id())
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn each_subscription_goes_on_from_where_it_began() {
        let (changes, beginning) = (Changes::default(), Arc::new(Beginning::default()));
        let begin = |name: &'static str| {
            let (changes, beginning) = (changes.clone(), Arc::clone(&beginning));
            let (acknowledge, acknowledged) = oneshot::channel::<()>();
            let (begun, has_begun) = oneshot::channel();
            let subscription = tokio::spawn(async move {
                beginning.begin(&changes);
                changes.announce(Change::Resource(name.into()));
                begun.send(()).unwrap();
                acknowledged.await.unwrap();
                beginning.go_on().unwrap().next().await
            });
            (subscription, acknowledge, has_begun)
        };
        let (first, acknowledge_first, has_begun) = begin("first");
        has_begun.await.unwrap();
        let (second, acknowledge_second, has_begun) = begin("second");
        has_begun.await.unwrap();
        // The other way round.
        for (subscription, acknowledge, name) in [
            (second, acknowledge_second, "second"),
            (first, acknowledge_first, "first"),
        ] {
            acknowledge.send(()).unwrap();
            let heard = subscription.await.unwrap().unwrap();
            assert!(heard.is_of(&Change::Resource(name.into())), "{heard:?}");
        }
    }
}
