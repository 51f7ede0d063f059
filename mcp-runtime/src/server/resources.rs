//! Resources while the server runs: which are there, and which have changed. Said by the server's own code, told to the clients that asked to
//! hear of it.

use std::fmt;
use std::sync::{Arc, OnceLock, Weak};

use super::Core;
use super::changes::Change;
use super::registry::Mounted;
use super::switches::{NotServed, Switches};
use crate::kind::Kind;
use crate::policy::auth::{self, Permits};
use crate::policy::cache::tags;
use crate::policy::{gate, when};
use crate::principal::Principal;
use crate::prompt::words;
use serde_json::Value;

/// The resources of a server while it runs: to say that some have changed, to take some away and to bring them back.
///
/// Ask a [`Server`](crate::Server::resources) for it before it runs; in a call, [`Context::resources`](crate::Context::resources) gives the same.
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
    switches: Switches,
}

impl Resources {
    pub(super) fn new() -> Self {
        Self(Arc::new(Inner {
            core: OnceLock::new(),
            merged: OnceLock::new(),
            switches: Switches::new(Kind::Resource, Change::ResourceList),
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

    pub(super) fn switches(&self) -> &Switches {
        &self.0.switches
    }

    /// What is read at this address is no longer what it was: answers kept of it are forgotten, and the clients that subscribed to it are told.
    ///
    /// An address that no resource has does nothing, and neither does a server that does not run.
    pub async fn updated(&self, uri: impl AsRef<str> + Send) {
        let uri = uri.as_ref();
        let Some(core) = self.0.core.get().and_then(Weak::upgrade) else {
            return;
        };
        let mut is_there = false;
        // All that fit, those that are switched off too: they may be back before their kept answers are too old.
        for (resource, mut variables) in core.tools().resources.fitting(uri) {
            is_there = true;
            if resource.mounted.policies.cache.is_none() {
                continue;
            }
            words::typed(&resource.mounted.input.json, &mut variables);
            let kept = tags::read(&core.keys, &resource.mounted, &variables);
            // Before anybody is told: whoever reads again gets what is new.
            if let Err(error) = core.store.forget(&[kept]).await {
                tracing::warn!(%error, uri, "kept answers of a resource that has changed stay until their time is over");
            }
        }
        match is_there {
            true => core.changes.announce(Change::Resource(uri.into())),
            false => tracing::debug!(
                uri,
                "no resource has the address that was said to have changed"
            ),
        }
    }

    /// Says that the list of resources is no longer what it was: a template's [listing function](macro@crate::resource) has more to tell, or less.
    /// Clients that want to know are told to ask anew.
    ///
    /// ```
    /// use mcp_runtime::prelude::*;
    ///
    /// /// Add a customer.
    /// #[tool]
    /// async fn add(name: String, ctx: Context) {
    ///     // .. store it, where the listing function finds it ..
    ///     ctx.resources().list_changed();
    /// }
    /// ```
    pub fn list_changed(&self) {
        self.0.switches.announce();
    }

    /// Takes a resource away, or all those of a template: it is named by the address that `#[resource]` gives it.
    ///
    /// A resource that is disabled is one that does not exist: it stands in no list, and reading it is answered as for an unknown address. Clients
    /// that want to know are told that the list has changed.
    ///
    /// # Errors
    /// If the server has no resource of this address. Before it is built nobody knows, and then it does not start.
    pub fn disable(&self, uri: &str) -> Result<(), NotServed> {
        self.0.switches.turn(uri, false)
    }

    /// Brings a resource back.
    ///
    /// # Errors
    /// If the server has no resource of this address.
    pub fn enable(&self, uri: &str) -> Result<(), NotServed> {
        self.0.switches.turn(uri, true)
    }
}

impl fmt::Debug for Resources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resources")
            .field("resources", &self.0.switches.len())
            .finish_non_exhaustive()
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
