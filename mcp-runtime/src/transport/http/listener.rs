//! The server on a port of its own.

use std::fmt;
use std::future::{Future, pending};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use futures_util::future::BoxFuture;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::front::Front;
#[cfg(feature = "auth")]
use super::protected;
use super::{Answers, Endpoints, Options, PATH, checks, connection, endpoints_beside};
use crate::error::{Result, ServerError};
use crate::server::lifecycle::Lifecycle;
use crate::server::{Core, Server};

/// How long to wait where no connection can be accepted, as when the process has no file descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(500);

/// A server that is bound to an address, and serves nobody yet.
///
/// ```
/// # async fn example() -> mcp_runtime::Result<()> {
/// use mcp_runtime::prelude::*;
///
/// let server = Server::new("calculator").bind_http("127.0.0.1:0").await?;
/// assert!(server.url().ends_with("/mcp"));
/// server.serve().await
/// # }
/// ```
#[must_use = "it serves nobody until `.serve().await`"]
pub struct HttpServer {
    core: Arc<Core>,
    listener: TcpListener,
    address: SocketAddr,
    front: Arc<Front>,
    answers: Answers,
    max_connections: usize,
}

impl HttpServer {
    pub(super) async fn bind(mut server: Server, address: String) -> Result<Self> {
        #[cfg_attr(not(feature = "auth"), expect(unused_mut))]
        let mut options = std::mem::replace(&mut server.given.http, Options::new());
        let core = server.build()?;
        let cannot = |error| ServerError::because(format!("cannot listen on {address}"), error);
        let addresses: Vec<SocketAddr> = tokio::net::lookup_host(&address)
            .await
            .map_err(cannot)?
            .collect();
        let local = addresses.iter().all(|address| address.ip().is_loopback());
        if !local {
            let reached = format!("other machines can reach {address}");
            checks::decided(&core, options.open, &reached)?;
            checks::callers(&core, &options, &reached)?;
            if options.hosts().is_empty() {
                tracing::warn!(
                    "requests for other hosts than this machine's own are refused; name them with `allowed_hosts`"
                );
            }
        }
        let max_connections = options.max_connections;
        // Whoever sits at this machine is its local principal; somebody elsewhere is nobody without a token.
        let asks = options.asks_callers();
        let caller = core.principal.clone().filter(|_| local && !asks);
        if !asks {
            core.say_withheld();
        }
        options.check()?;
        let listener = TcpListener::bind(&*addresses).await.map_err(cannot)?;
        let address = listener.local_addr().map_err(cannot)?;
        let beside = Router::new();
        #[cfg(feature = "auth")]
        let beside = protected::dev_issuer(&core, &mut options, address)?.unwrap_or(beside);
        let Endpoints {
            router,
            bare,
            answers,
        } = endpoints_beside(beside, &core, options, caller)?;
        Ok(Self {
            core,
            listener,
            address,
            front: Arc::new(Front::new(router, bare)),
            answers,
            max_connections,
        })
    }

    /// The address, with the port that port 0 came to.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Where clients find the endpoint.
    pub fn url(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    /// Serves until SIGTERM or SIGINT, then answers what is in flight.
    ///
    /// # Errors
    /// A start hook that failed, and calls that had to be cut off at the end.
    pub fn serve(self) -> BoxFuture<'static, Result<()>> {
        Box::pin(async move {
            let core = Arc::clone(&self.core);
            Lifecycle::run(&core, self.accept()).await
        })
    }

    /// Serves until `stop` is ready, then answers what is in flight: for a program that hears signals itself, and for tests.
    ///
    /// # Errors
    /// A start hook that failed, and calls that had to be cut off at the end.
    pub fn serve_until(
        self,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> BoxFuture<'static, Result<()>> {
        self.live_until(Box::pin(stop))
    }

    fn live_until(self, stop: BoxFuture<'static, ()>) -> BoxFuture<'static, Result<()>> {
        Box::pin(async move {
            let core = Arc::clone(&self.core);
            let stopped = async {
                stop.await;
                core.lifecycle.close();
                pending::<()>().await;
            };
            tokio::select! {
                ended = core.lifecycle.live(self.accept()) => ended,
                () = stopped => Ok(()),
            }
        })
    }

    /// Accepts until the server closes, then lets every connection finish.
    async fn accept(self) -> Result<()> {
        let url = self.url();
        eprintln!("listening on {url}");
        tracing::info!(url, "listening");
        let lifecycle = &self.core.lifecycle;
        let connections = GracefulShutdown::new();
        let places = Arc::new(Semaphore::new(self.max_connections));
        let accept = async {
            loop {
                // A connection that cannot be served waits in the kernel's queue, where it costs us nothing.
                let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                    return;
                };
                let (stream, peer) = accept_one(&self.listener).await;
                let front = Arc::clone(&self.front);
                let serving = connection::serve(stream, peer, front, connections.watcher());
                tokio::spawn(async move {
                    serving.await;
                    drop(place);
                });
            }
        };
        tokio::select! {
            () = lifecycle.closed() => {}
            () = accept => {}
        }
        drop(self.listener);
        let mut finished = pin!(connections.shutdown());
        let ended = async {
            lifecycle.drained().await;
            self.answers.finish().await;
        };
        tokio::select! {
            () = &mut finished => return Ok(()),
            () = ended => {}
        }
        finished.await;
        Ok(())
    }
}

impl fmt::Debug for HttpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpServer")
            .field("core", &self.core)
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

async fn accept_one(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // The client has gone again; the next one is none the worse for it.
            Err(error)
                if matches!(
                    error.kind(),
                    ConnectionAborted | ConnectionRefused | ConnectionReset
                ) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}
