//! A server's calls without protocol and transport: what a call costs by itself, for the benchmarks.

use std::sync::Arc;

use futures_util::future::{BoxFuture, ready};
use serde_json::{Map, Value};

use crate::client::{Capability, Client, ClientInfo, LogLevel};
use crate::error::{Reply, Result, ToolError};
use crate::principal::Principal;
use crate::rounds::Question;
use crate::server::{Core, Server};

/// A server at work, called directly.
#[derive(Debug)]
pub struct Corridor {
    server: Arc<Core>,
    client: Arc<dyn Client>,
}

impl Corridor {
    /// Starts the server.
    ///
    /// # Errors
    /// Why the server does not start.
    pub async fn open(server: Server) -> Result<Self> {
        let server = server.build()?;
        server.lifecycle.start().await?;
        Ok(Self {
            server,
            client: Arc::new(Nobody),
        })
    }

    /// Makes one call. Whether it came to a result, or why it did not.
    ///
    /// # Errors
    /// The code of what went wrong.
    pub async fn call(
        &self,
        tool: &str,
        arguments: Map<String, Value>,
        caller: Option<&Arc<Principal>>,
    ) -> Result<(), &'static str> {
        let client = Arc::clone(&self.client);
        let call = self.server.call(tool, arguments, caller.cloned(), client);
        match call.await {
            Reply::Output(_) => Ok(()),
            reply => Err(reply.outcome()),
        }
    }
}

/// A client that can do nothing and hears nothing.
#[derive(Debug)]
struct Nobody;

impl Client for Nobody {
    fn info(&self) -> Option<ClientInfo> {
        None
    }

    fn protocol_version(&self) -> &'static str {
        "2026-07-28"
    }

    fn can(&self, _: Capability) -> bool {
        false
    }

    fn asks_in_rounds(&self) -> bool {
        true
    }

    fn ask<'a>(&'a self, _: &'a str, _: Question) -> BoxFuture<'a, Result<Value, ToolError>> {
        Box::pin(ready(Err(ToolError::failed("nobody can be asked"))))
    }

    fn progress(&self, _: f64, _: Option<f64>, _: Option<String>) -> BoxFuture<'_, ()> {
        Box::pin(ready(()))
    }

    fn log<'a>(&'a self, _: LogLevel, _: &'a str, _: Value) -> BoxFuture<'a, ()> {
        Box::pin(ready(()))
    }
}
