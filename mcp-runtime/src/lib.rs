//! MCP servers from annotated async functions, with production policy built in.
//!
//! ```no_run
//! use mcp_runtime::prelude::*;
//!
//! /// Add two numbers.
//! #[tool(read_only)]
//! pub async fn add(
//!     /// First addend.
//!     a: i64,
//!     /// Second addend.
//!     #[validate(range(min = -1_000_000, max = 1_000_000))]
//!     b: i64,
//! ) -> i64 {
//!     a + b
//! }
//!
//! pub const TOOLS: Toolset = tools![add];
//!
//! #[tokio::main]
//! async fn main() -> mcp_runtime::Result<()> {
//!     Server::new("calculator").mount(TOOLS).run().await
//! }
//! ```
//!
//! - What goes into a tool: [`ToolArg`], [`Args`], [`State`], [`Context`], [`Caller`], [`Claims`], [`Scoped`], [`FromCall`].
//! - What comes out: [`Answer`], [`Json`], [`Image`], [`Audio`], [`Embedded`], [`Link`], [`ToolError`].
//! - Beside tools: [`resource`] for what clients read, [`prompt`] for what people start conversations with.
//! - What serves it: [`Server`], [`Toolset`], and [`testing`] for tests of it.

#![cfg_attr(
    not(any(feature = "stdio", feature = "http", feature = "testing")),
    allow(
        dead_code,
        reason = "without a transport nobody calls what the core can do"
    )
)]

// Generated code and this crate's own examples name the crate by its own name.
extern crate self as mcp_runtime;

#[doc(hidden)]
pub mod __private;

mod answer;
mod arg;
mod aside;
mod ask;
#[cfg(feature = "auth")]
pub mod auth;
mod blocking;
mod call;
#[cfg(feature = "cli")]
mod cli;
mod client;
mod clock;
mod config;
mod context;
mod corridor;
mod error;
mod facts;
#[cfg(doctest)]
mod guide;
mod hash;
mod human;
mod item;
mod kind;
pub mod manifest;
pub mod metrics;
pub mod middleware;
mod mount;
mod policy;
mod principal;
mod prompt;
mod resource;
mod rounds;
mod seal;
mod secret;
mod server;
mod skills;
pub mod store;
mod task;
#[cfg(feature = "testing")]
pub mod testing;
mod tool;
mod toolset;
mod trace;
mod transport;

pub use mcp_grammar::{
    Audit, Auth, Breaker, Cache, Concurrency, Confirm, Deprecated, Idempotency, Invalidates, Rate,
    Retry, Size, TaskSupport, Timeout, When,
};
pub use mcp_macros::{prompt, prompts, resource, resources, tool, tools, toolset};

pub use self::answer::{
    Answer, Audio, CACHE_META_KEY, Content, Embedded, IDEMPOTENCY_META_KEY, Image, IntoContent,
    Json, Link, Output,
};
pub use self::arg::{Args, Claims, FromCall, Needs, Scope, Scoped, State, ToolArg};
pub use self::aside::{Completes, IntoLinks, IntoProposals, Lists};
pub use self::ask::{Root, Sampled, Sampling};
pub use self::call::Call;
pub use self::client::{Capability, ClientInfo, LogLevel};
pub use self::context::Context;
pub use self::error::{
    ERROR_META_KEY, ErrorKind, FieldError, IntoToolError, Result, ServerError, ToolError,
};
pub use self::mount::{IntoMount, Mount, ToolMethods};
pub use self::policy::Policies;
pub use self::principal::{Caller, Principal};
pub use self::prompt::{IntoMessages, Message, Prompt, PromptDef, Role};
pub use self::resource::{Blob, IntoContents, Resource, ResourceDef};
pub use self::secret::Secret;
pub use self::server::{NotServed, Prompts, Resources, Server, Tools};
pub use self::skills::Skills;
pub use self::task::Task;
pub use self::tool::{Tool, ToolDef};
pub use self::toolset::Toolset;
#[cfg(feature = "http")]
pub use self::transport::http::{EmbeddedServer, HttpServer};

/// Records of calls: reading them again.
pub mod audit {
    pub use crate::policy::audit::{Broken, Fault, Verified, verify};
}

/// What a file of tools needs: `use mcp_runtime::prelude::*;`.
pub mod prelude {
    pub use crate::{
        Args, Audio, Blob, Caller, Content, Context, Embedded, Image, Json, Link, Message, Secret,
        Server, State, Task, ToolError, Toolset, prompt, prompts, resource, resources, tool, tools,
        toolset,
    };
}
