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

mod builder;
mod changes;
mod corridor;
mod items;
mod memory;
mod pending;
mod reply;
mod settings;
mod task;
mod web;
mod wire;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

pub use self::builder::Builder;
#[doc(hidden)]
pub use self::corridor::Corridor;
pub use self::pending::Pending;
pub use self::reply::{Reply, RpcError, ToolList};
use self::settings::{LEGACY, Settings};
use self::wire::Wire;
use crate::principal::Principal;
use crate::server::{Core, Server};

/// How often a call may ask, before the test is told that it never ends.
const ROUNDS: usize = 16;

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
        Builder::new(server)
    }

    /// Calls a tool and waits for its answer. Dropped before that, the call is cancelled.
    ///
    /// Where the call asks something first, a client that is [`answering`](Builder::answering) answers and calls again.
    pub async fn call(&self, tool: &str, arguments: impl Serialize) -> Reply {
        let params = json!({"name": tool, "arguments": json(&arguments)});
        self.in_rounds("tools/call", params).await
    }

    /// Calls a tool without waiting: for calls that run side by side, are watched, or are cancelled.
    pub async fn start(&self, tool: &str, arguments: impl Serialize) -> Pending {
        let arguments = json(&arguments);
        self.start_request("tools/call", json!({"name": tool, "arguments": arguments}))
            .await
    }

    /// Sends any request without waiting for its answer: for those that last, such as `subscriptions/listen`.
    pub async fn start_any(&self, method: &str, params: impl Serialize) -> Pending {
        self.start_request(method, json(&params)).await
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

    /// Sends a request, and answers what it asks first.
    pub(super) async fn in_rounds(&self, method: &str, mut params: Value) -> Reply {
        let mut reply = self.request(method, &params).await;
        for _ in 0..ROUNDS {
            let Some(answers) = self.settings.answers(&reply) else {
                return reply;
            };
            params["inputResponses"] = answers;
            params["requestState"] = reply.result()["requestState"].clone();
            reply = self.request(method, &params).await.after(reply);
        }
        panic!("the server asks again and again: {reply:?}")
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

    /// Sends any HTTP request to the server's endpoints, and reads its answer to the end: for tests of statuses and headers.
    ///
    /// ```
    /// # use mcp_runtime::Server;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use mcp_runtime::testing::Client;
    ///
    /// let client = Client::builder(Server::new("shop")).http().connect().await;
    /// let request = http::Request::get("/healthz").body("").unwrap();
    /// assert_eq!(client.raw(request).await.status(), 200);
    /// # }
    /// ```
    ///
    /// # Panics
    /// Where the client does not speak HTTP.
    pub async fn raw(&self, request: http::Request<impl Into<Bytes>>) -> http::Response<Bytes> {
        match &self.session.wire {
            Wire::Http(connection) => connection.raw(request.map(Into::into)).await,
            Wire::Memory(_) => panic!("this client speaks no HTTP; build it with `.http()`"),
        }
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
        self.send(method, params)
    }

    /// Opens the session, where the revision has sessions.
    async fn greet(&self) {
        if self.settings.version != LEGACY {
            return;
        }
        let greet = || async {
            let greeting = self.send("initialize", self.settings.greeting()).await;
            let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
            self.session.wire.notify(initialized).await;
            if let Some(level) = self.settings.level() {
                self.send("logging/setLevel", level).await.result();
            }
            greeting.result().clone()
        };
        self.session.greeted.get_or_init(greet).await;
    }

    fn send(&self, method: &str, params: Value) -> Pending {
        let id = self.session.ids.fetch_add(1, Ordering::Relaxed);
        let params = self.with_meta(id, params);
        let message = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        Pending::new(id, self.session.wire.request(id, message))
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

impl Session {
    fn new(wire: Wire) -> Self {
        Self {
            wire,
            greeted: OnceCell::new(),
            ids: AtomicU64::new(1),
        }
    }
}

#[track_caller]
fn json(value: &impl Serialize) -> Value {
    match serde_json::to_value(value) {
        Ok(value) => value,
        Err(error) => panic!("the test's own value does not serialise: {error}"),
    }
}
