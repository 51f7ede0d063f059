//! On the way out of stage 10: `invalidates = ".."`, a tool that writes throws kept answers away.
//!
//! After the tool has succeeded and before its answer is sent, so that whoever reads the answer and asks again is told what is new. Where the
//! effect may have happened, after a timeout, a panic or a cancellation, the answers go as well.
//!
//! Refuses nothing: an answer that could not be thrown away ends with its time, and the log says so. Keeps no state.

use std::sync::Arc;

use super::cache::tags::{self, Keys};
use crate::answer::Output;
use crate::call::Call;
use crate::error::Refusal;
use crate::store::{Key, Store};

/// Tags to forget when the tool is done. Dropped before they are, they are forgotten in the background, and before the server has stopped.
pub(crate) struct Pending<'a> {
    call: &'a Call,
    tags: Keys,
}

/// What a call will throw away, known before its tool runs.
pub(crate) fn pending(call: &Call) -> Option<Pending<'_>> {
    let declared = call.tool.policies.declared.invalidates.as_ref()?;
    let tags = tags::keys(&declared.tags, call);
    Some(Pending { call, tags })
}

impl Pending<'_> {
    /// Throws it away, unless the tool is known to have done nothing.
    pub(crate) async fn finish(mut self, outcome: &Result<Output, Refusal>) {
        let (server, tool) = (&self.call.server, &self.call.tool.name);
        match outcome {
            Err(refusal) if !refusal.leaves_outcome_unknown() => {}
            _ => forget(&*server.store, tool, &self.tags).await,
        }
        self.tags.clear();
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        if self.tags.is_empty() {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (store, tags) = (
                Arc::clone(&self.call.server.store),
                std::mem::take(&mut self.tags),
            );
            let tool = Arc::clone(&self.call.tool.name);
            let forget = async move { forget(&*store, &tool, &tags).await };
            self.call.server.aftermath.spawn_on(forget, &runtime);
        }
    }
}

async fn forget(store: &dyn Store, tool: &str, tags: &[Key]) {
    if let Err(error) = store.forget(tags).await {
        tracing::warn!(%error, tool, "kept answers that this call made stale stay until their time is over");
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::time::Duration;

    use mcp_grammar::{Cache, Invalidates};

    use crate::policy::fixture::{Does, calls, servers, tool};

    #[tokio::test(start_paused = true)]
    async fn what_a_call_left_to_do_is_done_before_the_server_has_stopped() {
        let look = tool("look").read_only().cache(Cache::new("1h tags(x)"));
        let change = tool("change").invalidates(Invalidates::new("tags(x)"));
        let server = servers(&[look, change]).state(Does::new(|ctx| async move {
            match ctx.tool_name() {
                "look" => Ok("seen".to_owned()),
                _ => pending().await,
            }
        }));
        let metrics = server.metrics();
        let look = calls(server, "look");
        let attempts = || metrics.snapshot().tools[0].attempts;
        assert_eq!(look.passed(2).await, 2);
        assert_eq!(attempts(), 1);
        let change = look.of("change");
        let gone = tokio::time::timeout(Duration::from_secs(1), change.outcome());
        assert!(gone.await.is_err());
        // Nothing else has run since the call was dropped.
        look.server.lifecycle.stop().await;
        assert_eq!(look.passed(1).await, 1);
        assert_eq!(attempts(), 2);
    }
}
