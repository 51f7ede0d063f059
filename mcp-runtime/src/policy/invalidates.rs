//! On the way out of stage 10: `invalidates = ".."`, a tool that writes throws kept answers away.
//!
//! After the tool has succeeded and before its answer is sent, so that whoever reads the answer and asks again is told what is new. Where the
//! effect may have happened, after a timeout, a panic or a cancellation, the answers go as well.
//!
//! Refuses nothing: an answer that could not be thrown away ends with its time, and the log says so. Keeps no state.

use std::sync::Arc;

use mcp_grammar::Tags;

use super::cache::tags;
use crate::answer::Output;
use crate::call::Call;
use crate::error::Refusal;
use crate::store::{Key, Store};

/// Runs the tool, then throws away what it made stale.
pub(crate) async fn after(
    call: &Call,
    work: impl Future<Output = Result<Output, Refusal>>,
) -> Result<Output, Refusal> {
    let Some(declared) = &call.tool.policies.declared.invalidates else {
        return work.await;
    };
    let mut pending = Pending::new(&declared.tags, call);
    let outcome = work.await;
    match &outcome {
        Err(refusal) if !refusal.leaves_outcome_unknown() => pending.tags.clear(),
        _ => pending.finish().await,
    }
    outcome
}

/// Tags to forget. Dropped before they are, they are forgotten in the background.
struct Pending {
    store: Arc<dyn Store>,
    tool: Arc<str>,
    tags: Vec<Key>,
}

impl Pending {
    fn new(tags: &Tags<'static>, call: &Call) -> Self {
        Self {
            store: Arc::clone(&call.server.store),
            tool: Arc::clone(&call.tool.name),
            tags: tags::keys(tags, call),
        }
    }

    async fn finish(&mut self) {
        forget(&*self.store, &self.tool, &self.tags).await;
        self.tags.clear();
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        let tags = std::mem::take(&mut self.tags);
        if tags.is_empty() {
            return;
        }
        let (store, tool) = (Arc::clone(&self.store), std::mem::take(&mut self.tool));
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { forget(&*store, &tool, &tags).await });
        }
    }
}

async fn forget(store: &dyn Store, tool: &str, tags: &[Key]) {
    if let Err(error) = store.forget(tags).await {
        tracing::warn!(%error, tool, "kept answers that this call made stale stay until their time is over");
    }
}
