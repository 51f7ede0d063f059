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
mod given;
pub(crate) mod handler;
pub(crate) mod home;
mod hooks;
mod icons;
mod kept;
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

pub(crate) use self::core::Core;
use self::given::Given;
use self::kept::Kept;
pub use self::prompts::Prompts;
pub use self::resources::Resources;
pub use self::switches::NotServed;
pub use self::tools::Tools;

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
    pub(crate) given: Kept<Given>,
}

impl Server {
    fn of(given: Given) -> Self {
        Self {
            given: Kept::new(given),
        }
    }
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
            .field("identity", &self.given.identity)
            .field("mounts", &self.given.mounts.len())
            .finish_non_exhaustive()
    }
}
