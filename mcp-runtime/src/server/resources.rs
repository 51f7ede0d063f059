//! What is read at an address has changed: said by the server's own code, told to the clients that asked to hear of it.

use std::fmt;
use std::sync::{Arc, OnceLock, Weak};

use super::Core;
use super::changes::Change;
use super::registry::Mounted;
use crate::policy::auth::{self, Permits};
use crate::policy::cache::tags;
use crate::policy::{gate, when};
use crate::principal::Principal;
use crate::prompt::words;
use serde_json::Value;

/// Says that resources have changed, from wherever that is known: a background task, a web hook, another part of the program.
///
/// Ask a [`Server`](crate::Server::resources) for it before it runs. Within a call, [`Context::resource_updated`](crate::Context::resource_updated)
/// does the same.
///
/// ```no_run
/// use mcp_runtime::prelude::*;
///
/// /// The latest price.
/// #[resource("market://price", cache = "1m")]
/// async fn price() -> String {
///     "42".to_owned()
/// }
///
/// # async fn example() -> mcp_runtime::Result<()> {
/// let server = Server::new("market").mount(resources![price]);
/// let resources = server.resources();
/// tokio::spawn(async move {
///     // whenever the price moves:
///     resources.updated("market://price").await;
/// });
/// server.run().await
/// # }
/// ```
#[derive(Clone)]
pub struct Resources(Arc<Inner>);

struct Inner {
    /// The server at work; unset until it starts.
    core: OnceLock<Weak<Core>>,
    /// The handles of servers that are merged into this one.
    merged: OnceLock<Vec<Resources>>,
}

impl Resources {
    pub(super) fn new() -> Self {
        Self(Arc::new(Inner {
            core: OnceLock::new(),
            merged: OnceLock::new(),
        }))
    }

    pub(super) fn start(&self, core: &Arc<Core>) {
        let _ = self.0.core.set(Arc::downgrade(core));
        for merged in self.0.merged.get().into_iter().flatten() {
            merged.start(core);
        }
    }

    /// Takes over the handles of servers that are merged into this one.
    pub(super) fn speak_for(&self, merged: Vec<Self>) {
        let _ = self.0.merged.set(merged);
    }

    /// What is read at this address is no longer what it was: answers kept of it are forgotten, and the clients that subscribed to it are told.
    ///
    /// An address that no resource has does nothing, and neither does a server that does not run.
    pub async fn updated(&self, uri: impl AsRef<str> + Send) {
        let uri = uri.as_ref();
        let Some(core) = self.0.core.get().and_then(Weak::upgrade) else {
            return;
        };
        let Some((resource, mut variables)) = core.tools().resources.resolve(uri) else {
            tracing::debug!(
                uri,
                "no resource has the address that was said to have changed"
            );
            return;
        };
        if resource.mounted.policies.cache.is_some() {
            words::typed(&resource.mounted.input.json, &mut variables);
            let kept = tags::read(&core.keys, &resource.mounted, &variables);
            // Before anybody is told: whoever reads again gets what is new.
            if let Err(error) = core.store.forget(&[kept]).await {
                tracing::warn!(%error, uri, "kept answers of a resource that has changed stay until their time is over");
            }
        }
        core.changes.announce(Change::Resource(uri.into()));
    }
}

impl fmt::Debug for Resources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resources").finish_non_exhaustive()
    }
}

impl Core {
    /// Whether a caller may read what is at an address, and so may be told that it has changed.
    pub(super) fn may_read(&self, uri: &str, caller: Option<&Principal>) -> bool {
        let Some((resource, mut variables)) = self.tools().resources.resolve(uri) else {
            return false;
        };
        let mounted: &Mounted = &resource.mounted;
        words::typed(&mounted.input.json, &mut variables);
        let variable = |path: &str| -> Option<&Value> { variables.get(path) };
        gate::visible(self, mounted, caller)
            && auth::permits(self, mounted, caller) == Permits::Yes
            && when::permits(mounted, caller, variable)
    }
}
