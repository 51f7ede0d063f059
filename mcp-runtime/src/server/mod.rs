//! The server: what it serves, what it was given, and how it starts.

pub(crate) mod admission;
pub(crate) mod asking;
mod build;
mod builder;
mod changes;
mod completing;
mod compose;
mod core;
#[cfg(any(feature = "cli", feature = "testing"))]
mod direct;
mod extensions;
pub(crate) mod handler;
pub(crate) mod home;
mod hooks;
mod icons;
pub(crate) mod lifecycle;
mod linked;
mod lint;
mod listening;
#[cfg(feature = "http")]
pub(crate) mod listing;
mod lists;
pub(crate) mod mounted;
mod origin;
mod pages;
mod prompting;
mod prompts;
#[cfg(any(feature = "http", feature = "stdio"))]
pub(crate) mod quiet;
mod reading;
mod refused;
pub(crate) mod registry;
pub(crate) mod remote;
mod resources;
mod served;
#[cfg(feature = "cli")]
mod shown;
mod signals;
mod skills;
mod switches;
mod tasks;
mod tools;
mod wire;
#[cfg(any(feature = "cli", feature = "http", feature = "stdio"))]
mod withheld;
#[cfg(any(feature = "http", feature = "stdio"))]
pub(crate) mod written;

use std::fmt;
use std::num::NonZero;
use std::panic::Location;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use self::core::Core;
use self::home::{Implies, State};
use self::lifecycle::Lifecycle;
pub use self::prompts::Prompts;
pub use self::resources::Resources;
pub use self::switches::NotServed;
pub use self::tools::Tools;
use crate::metrics::Metrics;
use crate::middleware::{Around, AroundAttempt};
use crate::mount::Mount;
use crate::policy::Policies;
use crate::policy::overrides;
use crate::principal::Principal;
use crate::skills::Skills;
use crate::store::Store;
use crate::task::Ledger;

/// An MCP server: lists of tools, what they share, and how they are served.
///
/// ```
/// use mcp_runtime::prelude::*;
///
/// /// Add two numbers.
/// #[tool(read_only)]
/// async fn add(a: i64, b: i64) -> i64 { a + b }
///
/// # fn main() -> mcp_runtime::Result<()> {
/// let server = Server::new("calculator")
///     .version(env!("CARGO_PKG_VERSION"))
///     .instructions("Exact arithmetic on 64-bit integers.")
///     .mount(tools![add]);
/// # server.check()
/// # }
/// ```
#[must_use = "a server does nothing until it is run: `.run().await`"]
pub struct Server {
    pub(crate) identity: Identity,
    mounts: Vec<Mount>,
    state: State,
    principal: Option<Arc<Principal>>,
    implies: Implies,
    defaults: Policies,
    expected_nodes: NonZero<u32>,
    store: Option<Arc<dyn Store>>,
    store_timeout: Duration,
    state_key: Option<Vec<u8>>,
    lifecycle: Lifecycle,
    around: Vec<Arc<dyn Around>>,
    around_attempt: Vec<Arc<dyn AroundAttempt>>,
    audit_file: Option<PathBuf>,
    metrics: Metrics,
    tools: Tools,
    prompts: Prompts,
    #[cfg(feature = "http")]
    pub(crate) http: crate::transport::http::Options,
    overrides: Vec<overrides::Source>,
    allowed: Vec<lint::Allowed>,
    page_size: usize,
    resources: Resources,
    tasks: Ledger,
    patience: Duration,
    skills: Option<(Skills, &'static Location<'static>)>,
}

/// How the server introduces itself to clients.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) title: Option<String>,
    pub(crate) website: Option<String>,
    pub(crate) icons: Vec<String>,
    pub(crate) instructions: Option<String>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("identity", &self.identity)
            .field("mounts", &self.mounts.len())
            .finish_non_exhaustive()
    }
}
