//! Your own code around calls, in one of two places.
//!
//! [`Around`] surrounds a whole call, from before the tool is looked up: it sees every outcome, denials too, and a cache's answers.
//! [`AroundAttempt`] surrounds the tool itself, once for each attempt: it sees the arguments that passed every policy, and retries.
//! Both may answer in the place of what they surround, by not calling [`Next::run`].

use std::any::TypeId;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::answer::Output;
use crate::call::Call;
use crate::client::{Client, ClientInfo};
use crate::corridor::Request;
use crate::error::{Refusal, Reply, ToolError};
use crate::facts::Facts;
use crate::principal::{Caller, Principal};
use crate::server::Core;
use crate::server::home::{Home, State};
use crate::tool::Running;

/// Surrounds each call of a server. Given to [`Server::around`](crate::Server::around).
///
/// Functions and closures of this form are one:
///
/// ```
/// use mcp_runtime::middleware::{Incoming, Next, Refused};
/// use mcp_runtime::prelude::*;
/// use mcp_runtime::Output;
///
/// async fn timed(call: Incoming, next: Next) -> Result<Output, Refused> {
///     let started = tokio::time::Instant::now();
///     let outcome = next.run().await;
///     let code = outcome.as_ref().map_or_else(Refused::code, |_| "ok");
///     tracing::info!(tool = call.tool_name(), code, took = ?started.elapsed());
///     outcome
/// }
///
/// let server = Server::new("crm").around(timed);
/// ```
///
/// Authorization has not happened yet: the arguments are out of reach here, and the tool may not exist.
pub trait Around: Send + Sync + 'static {
    /// Does something before the call, the call itself with [`next.run()`](Next::run), and something after it.
    fn around<'a>(&'a self, call: Incoming, next: Next) -> BoxFuture<'a, Result<Output, Refused>>;
}

impl<F, Fut> Around for F
where
    F: Fn(Incoming, Next) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Output, Refused>> + Send + 'static,
{
    fn around<'a>(&'a self, call: Incoming, next: Next) -> BoxFuture<'a, Result<Output, Refused>> {
        Box::pin(self(call, next))
    }
}

/// Surrounds each attempt at a tool. Given to [`Server::around_attempt`](crate::Server::around_attempt).
///
/// ```
/// use std::sync::Arc;
/// use mcp_runtime::middleware::NextAttempt;
/// use mcp_runtime::prelude::*;
/// use mcp_runtime::{Call, Output};
///
/// # struct Chaos;
/// # impl Chaos { fn strikes(&self) -> bool { false } }
/// async fn chaos(call: Arc<Call>, next: NextAttempt) -> Result<Output, ToolError> {
///     if call.state::<Chaos>().is_some_and(|chaos| chaos.strikes()) {
///         return Err(ToolError::transient("chaos"));
///     }
///     next.run().await
/// }
///
/// let server = Server::new("crm").around_attempt(chaos);
/// ```
///
/// What it returns is what the policies outside see: an error is retried, counted by breakers, and so on. The attempt's own timeout covers it.
pub trait AroundAttempt: Send + Sync + 'static {
    /// Does something before the attempt, the attempt itself with [`next.run()`](NextAttempt::run), and something after it.
    fn around<'a>(
        &'a self,
        call: Arc<Call>,
        next: NextAttempt,
    ) -> BoxFuture<'a, Result<Output, ToolError>>;
}

impl<F, Fut> AroundAttempt for F
where
    F: Fn(Arc<Call>, NextAttempt) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Output, ToolError>> + Send + 'static,
{
    fn around<'a>(
        &'a self,
        call: Arc<Call>,
        next: NextAttempt,
    ) -> BoxFuture<'a, Result<Output, ToolError>> {
        Box::pin(self(call, next))
    }
}

/// A call as it comes in.
#[derive(Clone)]
pub struct Incoming(Arc<Inner>, Arc<State>);

struct Inner {
    tool: Arc<str>,
    request_id: Arc<str>,
    caller: Option<Arc<Principal>>,
    client: Arc<dyn Client>,
}

impl Incoming {
    /// The name that was called. It may be no tool's.
    pub fn tool_name(&self) -> &str {
        &self.0.tool
    }

    /// The request's id, as the client chose it.
    pub fn request_id(&self) -> &str {
        &self.0.request_id
    }

    /// The caller, where there is one.
    pub fn caller(&self) -> Option<Caller> {
        self.0.caller.clone().map(Caller)
    }

    /// Who the client says it is.
    pub fn client_info(&self) -> Option<ClientInfo> {
        self.0.client.info()
    }

    /// The value of this type that the server was given, if it was: the server that this middleware was given to.
    pub fn state<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        Arc::clone(self.1.get(&TypeId::of::<T>())?).downcast().ok()
    }
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming")
            .field("tool", &self.tool_name())
            .field("request_id", &self.request_id())
            .finish_non_exhaustive()
    }
}

/// A call that ended without an answer: some policy refused it, or the tool failed.
///
/// Middleware passes it on, looks at its [`code`](Self::code), or refuses a call by itself with a [`ToolError`]:
/// `Err(ToolError::forbidden("closed on Sundays").into())`.
pub struct Refused(Reason);

enum Reason {
    /// In its final form, with the step that refused.
    Ours(Box<Reply>, &'static str),
    Own(ToolError),
}

impl Refused {
    /// What went wrong, in the word that clients, logs and figures know it by: `rate_limited`, `unknown_tool`.
    pub fn code(&self) -> &'static str {
        match &self.0 {
            Reason::Ours(reply, _) => reply.outcome(),
            Reason::Own(error) => error.kind().code(),
        }
    }
}

impl From<ToolError> for Refused {
    fn from(error: ToolError) -> Self {
        Self(Reason::Own(error))
    }
}

impl fmt::Debug for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Refused").field(&self.code()).finish()
    }
}

/// The rest of a call: the next middleware and all that it surrounds. Dropped, it never happens.
#[must_use = "a call goes on with `next.run().await`"]
pub struct Next {
    call: Arc<Inner>,
    home: Arc<Home>,
    index: usize,
    stages: BoxFuture<'static, Result<Output, Refused>>,
}

impl Next {
    /// Lets the call go on.
    ///
    /// # Errors
    /// What refused the call, or what the tool returned.
    pub async fn run(self) -> Result<Output, Refused> {
        let home = Arc::clone(&self.home);
        match home.around.get(self.index) {
            None => self.stages.await,
            Some((around, state)) => {
                let call = Incoming(Arc::clone(&self.call), Arc::clone(state));
                let index = self.index + 1;
                around.around(call, Self { index, ..self }).await
            }
        }
    }
}

impl fmt::Debug for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Next").field(&self.call.tool).finish()
    }
}

/// The rest of an attempt: the next middleware and the tool. Dropped, it never happens.
#[must_use = "an attempt goes on with `next.run().await`"]
pub struct NextAttempt {
    call: Arc<Call>,
    index: usize,
    tool: Running,
}

impl NextAttempt {
    /// Lets the attempt go on.
    ///
    /// # Errors
    /// What the tool returned.
    pub async fn run(self) -> Result<Output, ToolError> {
        let home = Arc::clone(&self.call.tool.home);
        match home.around_attempt.get(self.index) {
            None => self.tool.await,
            Some(around) => {
                let call = Arc::clone(&self.call);
                let index = self.index + 1;
                around.around(call, Self { index, ..self }).await
            }
        }
    }
}

impl fmt::Debug for NextAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NextAttempt")
            .field(&self.call.tool_name())
            .finish()
    }
}

/// The step of a call that middleware answered or refused by itself.
const STEP: &str = "middleware";

/// A call's stages, with what surrounds them.
pub(crate) fn surround<F>(
    server: &Arc<Core>,
    home: &Arc<Home>,
    request: Request,
    facts: &Arc<Facts>,
    stages: impl FnOnce(Arc<Core>, Request, Arc<Facts>) -> F,
) -> BoxFuture<'static, Result<Output, Refusal>>
where
    F: Future<Output = Result<Output, Refusal>> + Send + 'static,
{
    let call = Arc::new(Inner {
        tool: Arc::clone(&request.tool),
        request_id: request.origin.request_id.clone(),
        caller: request.caller.clone(),
        client: Arc::clone(&request.origin.client),
    });
    let (name, facts) = (Arc::clone(&call), Arc::clone(facts));
    let stages = stages(Arc::clone(server), request, Arc::clone(&facts));
    let next = Next {
        call: Arc::clone(&call),
        home: Arc::clone(home),
        index: 0,
        stages: Box::pin(async move {
            stages.await.map_err(|refusal| {
                let step = refusal.step();
                let reply = Reply::new(&name.tool, Err(refusal));
                Refused(Reason::Ours(Box::new(reply), step))
            })
        }),
    };
    Box::pin(async move {
        match next.run().await {
            Ok(output) => {
                if !facts.read().is_answered() {
                    facts.answered(STEP);
                }
                Ok(output)
            }
            Err(Refused(Reason::Ours(reply, step))) => Err(Refusal::Replied(reply, step)),
            Err(Refused(Reason::Own(error))) => {
                let failure = Reply::Failure(error.into_failure(&call.tool));
                Err(Refusal::Replied(Box::new(failure), STEP))
            }
        }
    })
}

/// The tool at work, with what surrounds it.
pub(crate) fn attempt(call: &Arc<Call>, tool: Running) -> Running {
    if call.tool.home.around_attempt.is_empty() {
        return tool;
    }
    let next = NextAttempt {
        call: Arc::clone(call),
        index: 0,
        tool,
    };
    Box::pin(next.run())
}
