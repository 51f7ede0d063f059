//! What surrounds a call: its id, its client, its cancellation, and a way to speak while it runs.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::aside;
use crate::call::Call;
use crate::client::{Capability, Client, ClientInfo, LogLevel};
use crate::policy::timeout::Watch;
use crate::principal::Caller;
use crate::rounds::Rounds;
use crate::server::{Prompts, Resources, Tools};

/// The surroundings of one call, as a tool's parameter.
///
/// ```
/// use mcp_runtime::prelude::*;
///
/// /// Copy files, one by one.
/// #[tool]
/// async fn copy(files: Vec<String>, ctx: Context) -> usize {
///     for (done, file) in files.iter().enumerate() {
///         ctx.progress(done as f64, files.len() as f64).await;
///         tracing::info!(%file, "copied");
///     }
///     files.len()
/// }
/// ```
#[derive(Clone)]
pub struct Context(Arc<Call>);

impl Context {
    pub(crate) fn new(call: Arc<Call>) -> Self {
        Self(call)
    }

    /// The request's id, as the client chose it.
    pub fn request_id(&self) -> &str {
        &self.0.origin.request_id
    }

    /// The name under which the tool was called.
    pub fn tool_name(&self) -> &str {
        self.0.tool_name()
    }

    /// The value of another argument, while one is completed: as far as the client says what is filled in already.
    pub fn argument(&self, name: &str) -> Option<&str> {
        let others = self.0.arguments().get(aside::OTHERS)?;
        others.get(name)?.as_str()
    }

    /// Who the client says it is.
    ///
    /// An answer that was made with a look at the client is for this call alone, and not [cached](crate::Policies).
    pub fn client_info(&self) -> Option<ClientInfo> {
        self.note_client();
        self.0.origin.client.info()
    }

    /// The protocol revision the client speaks, such as `2026-07-28`.
    pub fn protocol_version(&self) -> &str {
        self.note_client();
        self.0.origin.client.protocol_version()
    }

    /// The caller, where there is one.
    pub fn caller(&self) -> Option<Caller> {
        self.0.caller()
    }

    /// Whether the client declared that it can do this.
    pub fn can(&self, capability: Capability) -> bool {
        self.note_client();
        self.client().can(capability)
    }

    /// The server's tools: to take some away and to bring them back. Names are those of the server that this tool was given to.
    pub fn tools(&self) -> Tools {
        self.0.tool.home.tools.clone()
    }

    /// The server's prompts: to take some away and to bring them back. Names are those of the server that this tool was given to.
    pub fn prompts(&self) -> Prompts {
        self.0.tool.home.prompts.clone()
    }

    /// The server's resources: to take some away and to bring them back, and to say that the list of them has changed. For one that has changed
    /// there is [`resource_updated`](Self::resource_updated).
    pub fn resources(&self) -> Resources {
        self.0.tool.home.resources.clone()
    }

    pub(crate) fn client(&self) -> &dyn Client {
        &*self.0.origin.client
    }

    /// How long an answer may take.
    pub(crate) fn patience(&self) -> Duration {
        self.0.server.patience
    }

    pub(crate) fn watch(&self) -> &Watch {
        &self.0.watch
    }

    /// Remembers that the answer is made of what a client says, or of what it is.
    pub(crate) fn note_client(&self) {
        self.0.looks.note_client();
    }

    pub(crate) fn rounds(&self) -> &Rounds {
        &self.0.rounds
    }

    /// Says that what is read at this address is no longer what it was: answers kept of it are forgotten, and the clients that subscribed to
    /// it are told. An address that no resource has does nothing.
    ///
    /// ```
    /// use mcp_runtime::prelude::*;
    ///
    /// /// Rename a customer.
    /// #[tool(idempotent)]
    /// async fn rename(id: u64, name: String, ctx: Context) {
    ///     // .. store the name ..
    ///     ctx.resource_updated(format!("crm://customers/{id}")).await;
    /// }
    /// ```
    pub async fn resource_updated(&self, uri: impl AsRef<str> + Send) {
        self.0.server.resources.updated(uri).await;
    }

    /// Whether the client has cancelled the call or gone away.
    ///
    /// The tool's future is dropped then without its help; this is for work it handed to a thread.
    pub fn is_cancelled(&self) -> bool {
        self.0.origin.cancelled.is_cancelled()
    }

    /// Becomes ready when the client cancels the call or goes away.
    pub async fn cancelled(&self) {
        self.0.origin.cancelled.cancelled().await;
    }

    /// A token that is cancelled with the call: for tasks the tool starts.
    pub fn cancellation(&self) -> CancellationToken {
        self.0.origin.cancelled.clone()
    }

    /// Tells the client how far the work is. Sent only to a client that asked for progress.
    ///
    /// It also shows that the work goes on: under `timeout = "idle 30s max 10m"` the 30 s begin anew.
    pub async fn progress(&self, done: f64, total: f64) {
        self.0.watch.heard();
        self.0.origin.client.progress(done, Some(total), None).await;
    }

    /// Tells the client how far the work is, in words too, and without a total where there is none.
    pub async fn progress_message(
        &self,
        done: f64,
        total: Option<f64>,
        message: impl Into<String> + Send,
    ) {
        self.0.watch.heard();
        let message = Some(message.into());
        self.0.origin.client.progress(done, total, message).await;
    }

    /// Lets the client's connection go while the call goes on: for a call that takes long, so that nothing between the two cuts it off.
    ///
    /// The client comes back for the rest by itself (MCP 2025-11-25, "Resumability and Redelivery"). In a call of 2026-07-28, and over stdio, nothing
    /// happens: a long call is a [task](crate::Task) there.
    pub fn release(&self) {
        self.0.origin.client.release();
    }

    /// Sends a log message to the client, which may show it to its user. Sent only if the client asked for messages of
    /// this level. For the server's own log use `tracing`.
    pub async fn log(&self, level: LogLevel, data: impl Into<Value> + Send) {
        let data = data.into();
        self.0
            .origin
            .client
            .log(level, self.0.tool_name(), data)
            .await;
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("tool", &self.tool_name())
            .field("request_id", &self.request_id())
            .finish_non_exhaustive()
    }
}
