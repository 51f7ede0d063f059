//! The server inside another program's HTTP server.

use std::fmt;
use std::sync::Arc;

use axum::Router;
use futures_util::future::BoxFuture;
use tokio_util::sync::DropGuard;

use super::{Answers, Endpoints, Options, checks, endpoints};
use crate::error::Result;
use crate::server::{Core, Server};

impl Server {
    /// Starts the server without an address of its own, to be served by an axum application.
    ///
    /// ```
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use mcp_runtime::prelude::*;
    ///
    /// # async fn home() {}
    /// # async fn terminated() {}
    /// let mcp = Server::new("shop").embed().await?;
    /// let app = axum::Router::new()
    ///     .route("/", axum::routing::get(home))
    ///     .merge(mcp.router());
    /// let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    /// axum::serve(listener, app)
    ///     .with_graceful_shutdown(async move {
    ///         terminated().await;
    ///         mcp.stop().await;
    ///     })
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The application's own listener, timeouts and limits apply. Since nothing is known of its address, every tool must say who may
    /// call it, or the server must be [`open`](Server::open).
    ///
    /// # Errors
    /// Why the server does not start.
    pub fn embed(mut self) -> BoxFuture<'static, Result<EmbeddedServer>> {
        Box::pin(async move {
            let options = std::mem::replace(&mut self.given.http, Options::new());
            let core = self.build()?;
            let reached = "an embedded server may be reached by other machines";
            checks::decided(&core, options.open, reached)?;
            let Endpoints {
                router, answers, ..
            } = endpoints(&core, options, None)?;
            core.lifecycle.start().await?;
            Ok(EmbeddedServer {
                core,
                router,
                _abandoned: answers.cut_on_drop(),
                answers,
            })
        })
    }
}

/// A server that runs inside an axum application. Dropped without [`stop`](Self::stop), it cuts off what is in flight.
pub struct EmbeddedServer {
    core: Arc<Core>,
    router: Router,
    answers: Answers,
    _abandoned: DropGuard,
}

impl EmbeddedServer {
    /// The endpoints: `/mcp`, `/healthz` and `/readyz`, to be merged or nested.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Refuses new calls, waits for those in flight, ends open streams and runs the stop hooks.
    pub async fn stop(self) {
        self.core.lifecycle.close();
        self.core.lifecycle.drained().await;
        self.answers.finish().await;
        self.core.lifecycle.stop().await;
    }
}

impl fmt::Debug for EmbeddedServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedServer")
            .field("core", &self.core)
            .finish_non_exhaustive()
    }
}
