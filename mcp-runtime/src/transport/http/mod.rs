//! Streamable HTTP: one endpoint at `/mcp` for clients of either era, and the server's health beside it.

mod answers;
#[cfg(feature = "auth")]
mod asked;
#[cfg(feature = "auth")]
mod bearer;
#[cfg(feature = "auth")]
mod challenge;
mod checks;
mod connection;
#[cfg(feature = "auth")]
mod denied;
mod edge;
mod embed;
mod envelope;
#[cfg(feature = "auth")]
mod flood;
mod front;
mod guard;
mod lane;
mod listener;
mod peer;
#[cfg(feature = "auth")]
mod protected;
mod refusal;
#[cfg(feature = "auth")]
mod resource;
mod sessions;
#[cfg(feature = "auth")]
mod token;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{Route, any, get};
use futures_util::future::BoxFuture;
use tower::{Layer, Service};

pub(crate) use self::answers::Answers;
use self::edge::{Checks, Edge};
pub use self::embed::EmbeddedServer;
use self::guard::Guard;
pub use self::listener::HttpServer;
use self::peer::{Peer, Proxies};
use crate::error::{Result, ServerError};
use crate::principal::Principal;
use crate::server::{Core, Server};

/// Where the endpoint is.
const PATH: &str = "/mcp";

/// The largest body of a request.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// How many connections are served at once. More wait to be accepted.
const MAX_CONNECTIONS: usize = 10_000;

/// How many clients of 2025-11-25 and older may be in a session at once.
const MAX_SESSIONS: usize = 10_000;

/// One token must not take every session there is.
const MAX_SESSIONS_PER_CALLER: usize = 1_000;

/// How long a session lives in which nothing happens.
const SESSION_IDLE: Duration = Duration::from_secs(30 * 60);

/// What the program says about HTTP before the server starts.
pub(crate) struct Options {
    hosts: Vec<String>,
    origins: Vec<String>,
    max_body: usize,
    max_connections: usize,
    max_sessions: usize,
    max_sessions_per_caller: usize,
    open: bool,
    proxies: Vec<String>,
    #[cfg(feature = "auth")]
    pub(crate) auth: crate::auth::Setup,
    /// Whether plain calls are answered without the protocol's own service.
    pub(crate) lane: bool,
    layers: Vec<Wrap>,
}

type Wrap = Box<dyn FnOnce(Router) -> Router + Send>;

impl Server {
    /// Names the hosts under which clients reach the server: `["mcp.example.com"]`, with a port if only that port will do.
    ///
    /// A request for another host is refused, so that a web page cannot reach the server under a name of its own (DNS rebinding).
    /// Loopback names are always allowed; `"*"` allows every host, for a server behind a proxy that checks it.
    pub fn allowed_hosts<S: Into<String>>(mut self, hosts: impl IntoIterator<Item = S>) -> Self {
        self.given
            .http
            .hosts
            .extend(hosts.into_iter().map(Into::into));
        self
    }

    /// Names the origins whose web pages may call the server: `["https://app.example.com"]`.
    ///
    /// A request from a page of another origin is refused. Pages from this machine are always allowed; `"*"` allows every page.
    /// Programs send no origin and are not concerned. What browsers ask for beyond this (CORS) is a [`layer`](Self::layer)'s.
    pub fn allowed_origins<S: Into<String>>(
        mut self,
        origins: impl IntoIterator<Item = S>,
    ) -> Self {
        let origins = origins.into_iter().map(Into::into);
        self.given.http.origins.extend(origins);
        self
    }

    /// Sets the largest body of an HTTP request, in bytes. The default is 4 MiB.
    pub fn max_request_body(mut self, bytes: usize) -> Self {
        self.given.http.max_body = bytes;
        self
    }

    /// Sets how many HTTP connections are served at once. The default is 10,000; more wait to be accepted.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.given.http.max_connections = connections.max(1);
        self
    }

    /// Sets how many clients of the protocol's older revisions may be in a session at once. The default is 10,000; more are told to
    /// come back later. A session in which nothing happens for 30 minutes is closed. Clients of 2026-07-28 have no session.
    pub fn max_sessions(mut self, sessions: usize) -> Self {
        self.given.http.max_sessions = sessions;
        self
    }

    /// Sets how many of those sessions one caller has at once: the default is 1,000. More are refused with `429`.
    pub fn max_sessions_per_caller(mut self, sessions: usize) -> Self {
        self.given.http.max_sessions_per_caller = sessions;
        self
    }

    /// Says that tools without `auth` are public on purpose, on addresses that other machines can reach too.
    ///
    /// Without it, a server with such a tool serves loopback alone and refuses to start anywhere else.
    pub fn open(mut self) -> Self {
        self.given.http.open = true;
        self
    }

    /// Names the proxies in front of the server, as addresses and networks: `["10.0.0.0/8"]`.
    ///
    /// Theirs is the only `X-Forwarded-For` that is believed: a `rate` that counts `per ip` counts the address that the last of them
    /// saw. Without any, it is the connection's other end.
    pub fn trusted_proxies<S: Into<String>>(
        mut self,
        networks: impl IntoIterator<Item = S>,
    ) -> Self {
        let networks = networks.into_iter().map(Into::into);
        self.given.http.proxies.extend(networks);
        self
    }

    /// Wraps the HTTP endpoints in a tower layer: tracing, CORS, compression. The last one given is the outermost.
    ///
    /// ```
    /// use mcp_runtime::prelude::*;
    /// use tower::util::MapResponseLayer;
    ///
    /// let server = Server::new("shop").layer(MapResponseLayer::new(|mut response: axum::response::Response| {
    ///     let value = axum::http::HeaderValue::from_static("max-age=63072000");
    ///     response.headers_mut().insert("strict-transport-security", value);
    ///     response
    /// }));
    /// ```
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<std::convert::Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        let wrap: Wrap = Box::new(|router| router.layer(layer));
        self.given.http.layers.push(wrap);
        self
    }

    /// Serves HTTP at `/mcp` on this address until a signal ends the process: `"127.0.0.1:8080"`.
    ///
    /// # Errors
    /// Why the server does not start, and calls that had to be cut off at the end.
    pub fn serve_http(self, address: impl fmt::Display) -> BoxFuture<'static, Result<()>> {
        let bound = self.bind_http(address);
        Box::pin(async move { bound.await?.serve().await })
    }

    /// Binds to an address without serving yet: to learn which port `"127.0.0.1:0"` came to, or to end without a signal.
    ///
    /// # Errors
    /// Why the server does not start.
    pub fn bind_http(self, address: impl fmt::Display) -> BoxFuture<'static, Result<HttpServer>> {
        Box::pin(HttpServer::bind(self, address.to_string()))
    }
}

impl Options {
    pub(crate) fn new() -> Self {
        Self {
            hosts: Vec::new(),
            origins: Vec::new(),
            max_body: MAX_BODY,
            max_connections: MAX_CONNECTIONS,
            max_sessions: MAX_SESSIONS,
            max_sessions_per_caller: MAX_SESSIONS_PER_CALLER,
            open: false,
            proxies: Vec::new(),
            #[cfg(feature = "auth")]
            auth: crate::auth::Setup::default(),
            lane: true,
            layers: Vec::new(),
        }
    }

    /// Whether nothing was said about HTTP.
    pub(crate) fn is_untouched(&self) -> bool {
        let Self {
            hosts,
            origins,
            max_body,
            max_connections,
            max_sessions,
            max_sessions_per_caller,
            open,
            proxies,
            #[cfg(feature = "auth")]
            auth,
            layers,
            lane: _,
        } = self;
        let sessions = (*max_sessions, *max_sessions_per_caller);
        let bounds = (*max_body, *max_connections, sessions);
        #[cfg(feature = "auth")]
        let asks = auth.asks_callers();
        #[cfg(not(feature = "auth"))]
        let asks = false;
        hosts.is_empty()
            && origins.is_empty()
            && bounds
                == (
                    MAX_BODY,
                    MAX_CONNECTIONS,
                    (MAX_SESSIONS, MAX_SESSIONS_PER_CALLER),
                )
            && !open
            && proxies.is_empty()
            && !asks
            && layers.is_empty()
    }

    /// What is wrong with what the program said, whatever it is served on.
    pub(crate) fn check(&self) -> Result<()> {
        ServerError::all(&self.problems()).map_or(Ok(()), Err)
    }

    /// Everything that keeps the server from listening.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        problems.extend(Guard::new(&self.hosts, &self.origins).err());
        problems.extend(Proxies::new(&self.proxies).err());
        #[cfg(feature = "auth")]
        if let Err(error) = flood::Flood::new(self.auth.flood_limit()) {
            problems.push(error.to_string());
        }
        #[cfg(feature = "auth")]
        if let Err(error) = self.auth.check(!self.proxies.is_empty()) {
            problems.push(error.to_string());
        }
        problems
    }

    /// Whether callers over HTTP are asked who they are.
    fn asks_callers(&self) -> bool {
        #[cfg(feature = "auth")]
        return self.auth.asks_callers();
        #[cfg(not(feature = "auth"))]
        false
    }

    /// The hosts that the server answers to: those that were named, and that of its own address.
    fn hosts(&self) -> Vec<String> {
        #[cfg(feature = "auth")]
        let own = self.auth.own_host();
        #[cfg(not(feature = "auth"))]
        let own = None::<String>;
        self.hosts.iter().cloned().chain(own).collect()
    }
}

/// What a server answers over HTTP.
pub(crate) struct Endpoints {
    pub(crate) router: Router,
    /// What the router has at [`PATH`], where no layer of the program's surrounds it.
    bare: Option<Edge>,
    /// The answers on their way out.
    pub(crate) answers: Answers,
}

/// The endpoints of a server inside another program's.
pub(crate) fn endpoints(
    core: &Arc<Core>,
    options: Options,
    caller: Option<Arc<Principal>>,
) -> Result<Endpoints> {
    #[cfg(feature = "auth")]
    if options.auth.dev_issuer {
        return Err(ServerError::new(
            "the development issuer needs an address of its own\n  help: serve it with `.serve_http(\"127.0.0.1:3000\")`",
        ));
    }
    options.check()?;
    endpoints_beside(Router::new(), core, options, caller)
}

/// The same, beside others, with options that were checked.
fn endpoints_beside(
    router: Router,
    core: &Arc<Core>,
    options: Options,
    caller: Option<Arc<Principal>>,
) -> Result<Endpoints> {
    let guard = || Guard::new(&options.hosts(), &options.origins).map_err(ServerError::new);
    #[cfg(feature = "auth")]
    let (router, bearer) = protected::protected(router, core, &options, guard()?)?;
    let checks = Checks {
        guard: guard()?,
        proxies: Proxies::new(&options.proxies).map_err(ServerError::new)?,
        #[cfg(feature = "auth")]
        bearer,
    };
    let answers = Answers::default();
    let edge = Edge::new(Arc::clone(core), caller, checks, &options, answers.clone());
    let bare = options.layers.is_empty().then(|| edge.clone());
    let answer = move |request: Request| {
        let edge = edge.clone();
        let peer = Peer::of(request.extensions());
        async move { edge.answer(request, &peer).await }
    };
    let ready = {
        let core = Arc::clone(core);
        #[cfg(feature = "auth")]
        let health = options.auth.health();
        move || async move {
            if core.lifecycle.admission.is_closed() {
                return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
            }
            #[cfg(feature = "auth")]
            if health() == crate::auth::Health::NotReady {
                return (
                    StatusCode::SERVICE_UNAVAILABLE,
                    "tokens cannot be verified\n",
                );
            }
            (StatusCode::OK, "ready\n")
        }
    };
    let router = router
        .route(PATH, any(answer))
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(ready));
    let wrapped = options
        .layers
        .into_iter()
        .fold(router, |router, wrap| wrap(router));
    Ok(Endpoints {
        router: wrapped,
        bare,
        answers,
    })
}
