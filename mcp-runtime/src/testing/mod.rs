//! A server in memory, for tests of it.
//!
//! ```
//! use mcp_runtime::prelude::*;
//! use mcp_runtime::testing;
//! use serde_json::json;
//!
//! /// Add two numbers.
//! #[tool(read_only)]
//! async fn add(a: i64, b: i64) -> i64 { a + b }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let client = testing::client(Server::new("calculator").mount(tools![add])).await;
//! assert_eq!(client.call("add", json!({"a": 1, "b": 2})).await.text(), "3");
//!
//! let reply = client.call("add", json!({"a": 1, "c": 2})).await;
//! assert_eq!(reply.code(), Some("invalid_input"));
//! # }
//! ```
//!
//! Every byte goes the way it goes in production: the client here speaks JSON-RPC and knows nothing of the server's types.
//! Nothing waits for real time, so that `#[tokio::test(start_paused = true)]` makes timeouts, limits and caches pass at once.
//!
//! [`Client::builder`] chooses the protocol's revision, the caller and the transport.

mod memory;
mod reply;
mod wire;

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::{Map, Value, json};
use tokio::sync::OnceCell;

pub use self::reply::{Reply, RpcError, ToolList};
use self::wire::{Exchange, Wire};
use crate::client::LogLevel;
use crate::error::Result;
use crate::principal::Principal;
use crate::server::{Core, Server};

/// The revision without a handshake: each request says what it needs to say.
const CURRENT: &str = "2026-07-28";

/// The last revision that begins with `initialize`.
const LEGACY: &str = "2025-11-25";

/// Starts a server in memory and connects to it as its local principal, with the protocol's current revision.
///
/// # Panics
/// Where the server does not start, with the text its operator would read. [`Builder::try_connect`] gives it back instead.
pub async fn client(server: Server) -> Client {
    Client::builder(server).connect().await
}

/// A client of a server in memory.
///
/// Clones share one connection. The server stops when the last of them is dropped.
#[derive(Clone)]
pub struct Client {
    server: Arc<Core>,
    session: Arc<Session>,
    settings: Arc<Settings>,
}

/// What a client says of itself and what it wants.
#[derive(Debug, Clone)]
struct Settings {
    version: &'static str,
    log_level: Option<LogLevel>,
}

/// One connection, for one caller.
struct Session {
    wire: Wire,
    greeted: OnceCell<Value>,
    ids: AtomicU64,
}

impl Client {
    /// Sets up a client of another kind than [`client`] gives.
    ///
    /// ```no_run
    /// # async fn example(server: mcp_runtime::Server) {
    /// use mcp_runtime::Principal;
    /// use mcp_runtime::testing::Client;
    ///
    /// let ada = Principal::new("https://id.example.com", "ada").scope("crm:read");
    /// let client = Client::builder(server).legacy().caller(ada).connect().await;
    /// # }
    /// ```
    pub fn builder(server: Server) -> Builder {
        Builder {
            server,
            settings: Settings {
                version: CURRENT,
                log_level: Some(LogLevel::Debug),
            },
            caller: Who::Local,
        }
    }

    /// Calls a tool and waits for its answer. Dropped before that, the call is cancelled.
    pub async fn call(&self, tool: &str, arguments: impl Serialize) -> Reply {
        self.start(tool, arguments).await.await
    }

    /// Calls a tool without waiting: for calls that run side by side, are watched, or are cancelled.
    pub async fn start(&self, tool: &str, arguments: impl Serialize) -> Pending {
        let arguments = json(&arguments);
        self.start_request("tools/call", json!({"name": tool, "arguments": arguments}))
            .await
    }

    /// Every tool the caller may see, all pages together.
    ///
    /// # Panics
    /// Where the server refuses the list.
    pub async fn tools(&self) -> ToolList {
        let mut tools = ToolList::default();
        let mut params = json!({});
        loop {
            let page = self.request("tools/list", params).await;
            match tools.add(page.result()) {
                Some(cursor) => params = json!({"cursor": cursor}),
                None => return tools,
            }
        }
    }

    /// Sends any request. What the revision demands in `_meta` is added where it is missing.
    pub async fn request(&self, method: &str, params: impl Serialize) -> Reply {
        self.start_request(method, json(&params)).await.await
    }

    /// Sends any notification.
    pub async fn notify(&self, method: &str, params: impl Serialize) {
        self.greet().await;
        let message = json!({"jsonrpc": "2.0", "method": method, "params": json(&params)});
        self.session.wire.notify(message).await;
    }

    /// A client of the same server for another caller.
    #[must_use]
    pub fn as_caller(&self, caller: Principal) -> Self {
        self.reconnected(Some(Arc::new(caller)))
    }

    /// A client of the same server for nobody in particular.
    #[must_use]
    pub fn anonymous(&self) -> Self {
        self.reconnected(None)
    }

    /// What the server said of itself when the session began; 2026-07-28 has no such moment.
    pub fn greeting(&self) -> Option<&Value> {
        self.session.greeted.get()
    }

    fn reconnected(&self, caller: Option<Arc<Principal>>) -> Self {
        Self {
            session: Arc::new(Session::new(self.session.wire.reopen(caller))),
            ..self.clone()
        }
    }

    async fn start_request(&self, method: &str, params: Value) -> Pending {
        self.greet().await;
        self.send(method, params).await
    }

    /// Opens the session, where the revision has sessions.
    async fn greet(&self) {
        if self.settings.version != LEGACY {
            return;
        }
        let greet = || async {
            let client = json!({
                "protocolVersion": LEGACY,
                "capabilities": {},
                "clientInfo": client_info(),
            });
            let greeting = self.send("initialize", client).await.await;
            let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
            self.session.wire.notify(initialized).await;
            if let Some(level) = self.settings.log_level {
                let level = json!({"level": level_name(level)});
                self.send("logging/setLevel", level).await.await.result();
            }
            greeting.result().clone()
        };
        self.session.greeted.get_or_init(greet).await;
    }

    async fn send(&self, method: &str, params: Value) -> Pending {
        let id = self.session.ids.fetch_add(1, Ordering::Relaxed);
        let params = self.with_meta(id, params);
        let message = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        Pending {
            id,
            exchange: self.session.wire.request(id, message).await,
            notifications: Vec::new(),
        }
    }

    fn with_meta(&self, id: u64, mut params: Value) -> Value {
        if let Value::Object(params) = &mut params {
            let meta = params.entry("_meta").or_insert_with(|| json!({}));
            if let Value::Object(meta) = meta {
                self.settings.add_to(meta, id);
            }
        }
        params
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("server", &self.server)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Settings {
    fn add_to(&self, meta: &mut Map<String, Value>, id: u64) {
        let mut add = |key: &str, value: Value| {
            meta.entry(key).or_insert(value);
        };
        add("progressToken", json!(id));
        if self.version == CURRENT {
            add("io.modelcontextprotocol/protocolVersion", json!(CURRENT));
            add("io.modelcontextprotocol/clientInfo", client_info());
            add("io.modelcontextprotocol/clientCapabilities", json!({}));
            if let Some(level) = self.log_level {
                let level = json!(level_name(level));
                add("io.modelcontextprotocol/logLevel", level);
            }
        }
    }
}

impl Session {
    fn new(wire: Wire) -> Self {
        Self {
            wire,
            greeted: OnceCell::new(),
            ids: AtomicU64::new(1),
        }
    }
}

/// A request on its way: await it for the answer, drop it to cancel.
///
/// ```no_run
/// # async fn example(client: mcp_runtime::testing::Client) {
/// # use serde_json::json;
/// let mut copy = client.start("copy", json!({"files": ["a", "b"]})).await;
/// assert_eq!(copy.notification().await.unwrap()["params"]["progress"], 0.0);
/// assert_eq!(copy.await.text(), "2");
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a request that is dropped is cancelled"]
pub struct Pending {
    id: u64,
    exchange: Exchange,
    notifications: Vec<Value>,
}

impl Pending {
    /// The request's id.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The next notification that belongs to the request, or `None` once the answer is there.
    pub async fn notification(&mut self) -> Option<Value> {
        let notification = self.exchange.notification().await?;
        self.notifications.push(notification.clone());
        Some(notification)
    }

    /// Tells the server that nobody waits any more, as dropping does.
    pub fn cancel(self) {
        drop(self);
    }
}

impl IntoFuture for Pending {
    type Output = Reply;
    type IntoFuture = BoxFuture<'static, Reply>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            while self.notification().await.is_some() {}
            Reply::new(self.exchange.answer(), self.notifications)
        })
    }
}

/// A client to be.
#[derive(Debug)]
#[must_use = "a builder does nothing until `.connect().await`"]
pub struct Builder {
    server: Server,
    settings: Settings,
    caller: Who,
}

/// Whom the calls are made for.
#[derive(Debug)]
enum Who {
    Local,
    Nobody,
    Caller(Principal),
}

impl Builder {
    /// Speaks 2025-11-25, which begins with a handshake.
    pub fn legacy(mut self) -> Self {
        self.settings.version = LEGACY;
        self
    }

    /// Calls for this caller, as if its token had been verified.
    pub fn caller(mut self, caller: Principal) -> Self {
        self.caller = Who::Caller(caller);
        self
    }

    /// Calls for nobody, not even the server's local principal.
    pub fn anonymous(mut self) -> Self {
        self.caller = Who::Nobody;
        self
    }

    /// Sets the least level of the log messages the client asks for, `None` for none at all. The default is all of them.
    pub fn log_level(mut self, level: impl Into<Option<LogLevel>>) -> Self {
        self.settings.log_level = level.into();
        self
    }

    /// Starts the server and connects to it.
    ///
    /// # Panics
    /// Where the server does not start, with the text its operator would read.
    pub async fn connect(self) -> Client {
        match self.try_connect().await {
            Ok(client) => client,
            Err(error) => panic!("the server does not start: {error}"),
        }
    }

    /// Starts the server and connects to it.
    ///
    /// # Errors
    /// Why the server does not start.
    pub async fn try_connect(self) -> Result<Client> {
        let server = self.server.build()?;
        server.lifecycle.start().await?;
        let caller = match self.caller {
            Who::Local => server.principal.clone(),
            Who::Nobody => None,
            Who::Caller(caller) => Some(Arc::new(caller)),
        };
        let client = Client {
            session: Arc::new(Session::new(Wire::memory(Arc::clone(&server), caller))),
            server,
            settings: Arc::new(self.settings),
        };
        client.greet().await;
        Ok(client)
    }
}

fn client_info() -> Value {
    json!({"name": "mcp-runtime-testing", "version": env!("CARGO_PKG_VERSION")})
}

#[track_caller]
fn json(value: &impl Serialize) -> Value {
    match serde_json::to_value(value) {
        Ok(value) => value,
        Err(error) => panic!("the test's own value does not serialise: {error}"),
    }
}

fn level_name(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Notice => "notice",
        LogLevel::Warning => "warning",
        LogLevel::Error => "error",
        LogLevel::Critical => "critical",
        LogLevel::Alert => "alert",
        LogLevel::Emergency => "emergency",
    }
}
