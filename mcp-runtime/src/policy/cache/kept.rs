//! Answers in the store.

use std::sync::Arc;
use std::time::Duration;

use super::{Rule, tags};
use crate::answer::{Output, Source};
use crate::call::Call;
use crate::store::{Key, Lookup, Payload, Since, Stored};

/// An answer that the store had.
pub(super) struct Kept {
    output: Arc<Output>,
    pub(super) age: Duration,
}

impl Kept {
    pub(super) fn output(&self, source: fn(Duration) -> Source) -> Output {
        Output::clone(&self.output).with_source(source(self.age))
    }
}

impl Rule {
    /// What the store has under a key, and the moment that a new answer is made from. No moment: the store is away, and nothing is kept.
    pub(super) async fn look(&self, call: &Call, key: Key) -> (Option<Kept>, Option<Since>) {
        match call.server.store.get(key).await {
            Ok(Lookup::Found(Stored { value, age, since })) => {
                if let Some(bound) = &self.bound {
                    bound.touch(key);
                }
                let output = value.live().or_else(|| {
                    let output = Output::from_json(value.bytes());
                    output.map(Arc::new).ok()
                });
                (output.map(|output| Kept { output, age }), Some(since))
            }
            Ok(Lookup::Missing(since)) => (None, Some(since)),
            Err(error) => {
                tracing::debug!(%error, "the cache is passed by");
                (None, None)
            }
        }
    }

    /// Keeps an answer for as long as it may be served at all.
    pub(super) async fn keep(&self, call: &Call, key: Key, output: &Arc<Output>, since: Since) {
        let Ok(json) = output.to_json() else { return };
        let value = Payload::new(json.get().to_owned()).with_live(Arc::clone(output));
        let late = self.declared.swr.max(self.declared.stale_if_error);
        let lifetime = self.fresh(key).saturating_add(late.unwrap_or_default());
        let tags = tags::of(&self.declared.tags, call);
        let store = &call.server.store;
        let mut kept = store.put(key, value, lifetime, &tags, since).await;
        if let Some(evicted) = self.bound.as_ref().and_then(|bound| bound.admit(key)) {
            kept = kept.and(store.remove(evicted).await);
        }
        if let Err(error) = kept {
            tracing::debug!(%error, "an answer is not kept");
        }
    }
}
