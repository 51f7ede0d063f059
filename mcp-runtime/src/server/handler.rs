//! The seam to rmcp: its requests become ours, our replies become its results. No other file of the server names its types.

#![expect(
    deprecated,
    reason = "the protocol is leaving logging behind (SEP-2577); clients of 2025-11-25 still use it"
)]

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use rmcp::ErrorData;
use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CancelTaskParams, CustomRequest,
    CustomResult, GetTaskParams, GetTaskResult, ListToolsResult, LoggingLevel,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, SetLevelRequestParams, Tool,
    UpdateTaskParams,
};
use rmcp::service::{RequestContext, RoleServer};

use super::Core;
use super::remote::{Remote, level_number};
use super::tasks::{self, Called};
use super::wire;
use crate::call::Origin;
use crate::client::{Capability, Client as _};
use crate::corridor::{self, Request};
use crate::error::Reply;
use crate::policy::gate;
use crate::principal::Principal;
use crate::trace::TraceId;

/// How long a client may keep a list of tools: it changes only with the program.
const LIST_TTL_MS: u64 = 60_000;

/// One connection's view of the server; rmcp makes one a session, and one a request where there are no sessions.
#[derive(Debug, Clone)]
pub(crate) struct Handler {
    core: Arc<Core>,
    /// The caller of every call of this connection that no token speaks for.
    caller: Option<Arc<Principal>>,
    /// The least log level the client asked for with `logging/setLevel` (2025-11-25 and older).
    level: Arc<AtomicU8>,
}

impl Handler {
    /// A connection on this machine: its caller is the server's local principal.
    #[cfg(feature = "stdio")]
    pub(crate) fn local(core: Arc<Core>) -> Self {
        let caller = core.principal.clone();
        Self::with_caller(core, caller)
    }

    pub(crate) fn with_caller(core: Arc<Core>, caller: Option<Arc<Principal>>) -> Self {
        Self {
            core,
            caller,
            level: Arc::new(AtomicU8::new(level_number(LoggingLevel::Info))),
        }
    }

    /// Who calls: the principal that authentication left with the request, else the connection's.
    fn caller(&self, context: &RequestContext<RoleServer>) -> Option<Arc<Principal>> {
        #[cfg(feature = "http")]
        if let Some(parts) = context.extensions.get::<http::request::Parts>()
            && let Some(caller) = parts.extensions.get::<Arc<Principal>>()
        {
            return Some(Arc::clone(caller));
        }
        let _ = context;
        self.caller.clone()
    }
}

/// The address that the HTTP edge vouches for, behind whatever proxies it trusts.
fn ip(context: &RequestContext<RoleServer>) -> Option<IpAddr> {
    #[cfg(feature = "http")]
    if let Some(parts) = context.extensions.get::<http::request::Parts>() {
        return parts.extensions.get::<IpAddr>().copied();
    }
    let _ = context;
    None
}

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        let builder = ServerCapabilities::builder()
            .enable_logging()
            .enable_tools();
        let capabilities = match self.core.tools().any_task() {
            true => builder.enable_tasks().build(),
            false => builder.build(),
        };
        let mut info = ServerConfig::new(capabilities)
            .with_server_info(wire::implementation(&self.core.identity));
        info.instructions
            .clone_from(&self.core.identity.instructions);
        info
    }

    async fn call_tool(
        &self,
        params: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let name = params.name.into_owned();
        let caller = self.caller(&context);
        let (request_id, trace) = (context.id.to_string(), trace(&context));
        let (cancelled, ip) = (context.ct.clone(), ip(&context));
        let client = Remote::new(context, self.level.load(Ordering::Relaxed));
        let polls = client.can(Capability::Tasks);
        let request = Request {
            arguments: params.arguments.unwrap_or_default(),
            caller,
            origin: Origin {
                request_id,
                trace,
                cancelled,
                input_responses: params
                    .input_responses
                    .map(|responses| responses.into_iter().collect()),
                request_state: params.request_state,
                ip,
                client: Arc::new(client),
                task: None,
            },
            tool: name,
        };
        let tool = request.tool.clone();
        let reply = match polls {
            true => match tasks::call(&self.core, request).await {
                Called::Begun(task) => return Ok(CallToolResponse::Task(task)),
                Called::Replied(reply) => reply,
            },
            false => corridor::call(&self.core, request).await,
        };
        match reply {
            Reply::Output(output) => Ok(wire::result(output, &self.core.identity).into()),
            Reply::Failure(failure) => Ok(wire::failure(&failure, &self.core.identity).into()),
            Reply::UnknownTool => Err(wire::unknown_tool(&tool)),
            Reply::InputRequired(asked) => wire::input_required(asked),
            Reply::Lacks(capability) => Err(wire::lacks(capability)),
            Reply::BrokenState => Err(wire::broken_state()),
            Reply::Cancelled => Err(ErrorData::internal_error("cancelled", None)),
        }
    }

    async fn list_tools(
        &self,
        params: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let caller = self.caller(&context);
        let tools = self.core.tools().tools();
        let start = match params.and_then(|params| params.cursor) {
            None => 0,
            Some(cursor) => wire::offset(&cursor)?,
        };
        let mut visible = tools
            .iter()
            .enumerate()
            .skip(start)
            .filter(|(_, tool)| gate::visible(&self.core, tool, caller.as_deref()));
        let page: Vec<Tool> = visible
            .by_ref()
            .take(self.core.page_size)
            .map(|(_, tool)| wire::tool(tool))
            .collect();
        let private = tools
            .iter()
            .any(|tool| tool.policies.auth.guarantees_caller());
        let scope = match private {
            true => CacheScope::Private,
            false => CacheScope::Public,
        };
        let mut result = ListToolsResult::with_all_items(page)
            .with_ttl_ms(LIST_TTL_MS)
            .with_cache_scope(scope);
        result.next_cursor = visible.next().map(|(index, _)| wire::cursor(index));
        result.meta = Some(wire::server_meta(&self.core.identity));
        Ok(result)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.core.tools().find(name).map(|tool| wire::tool(tool))
    }

    async fn get_task(
        &self,
        params: GetTaskParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetTaskResult, ErrorData> {
        let caller = self.caller(&context);
        tasks::get(&self.core, caller.as_deref(), &params.task_id).await
    }

    async fn update_task(
        &self,
        params: UpdateTaskParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        let caller = self.caller(&context);
        let answers = params.input_responses.into_iter().collect();
        tasks::update(&self.core, caller.as_deref(), &params.task_id, answers).await
    }

    async fn cancel_task(
        &self,
        params: CancelTaskParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        let caller = self.caller(&context);
        tasks::cancel(&self.core, caller.as_deref(), &params.task_id).await
    }

    async fn set_level(
        &self,
        params: SetLevelRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.level
            .store(level_number(params.level), Ordering::Relaxed);
        Ok(())
    }

    async fn on_custom_request(
        &self,
        request: CustomRequest,
        context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        let version = context.protocol_version();
        Err(wire::no_such_request(&request.method, version.as_ref()))
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [rmcp::model::ProtocolVersion]> {
        Cow::Borrowed(rmcp::model::ProtocolVersion::KNOWN_VERSIONS)
    }
}

/// The trace that the client says the request belongs to: in MCP's own place, else in HTTP's.
fn trace(context: &RequestContext<RoleServer>) -> Option<TraceId> {
    let meta = context
        .meta
        .0
        .get("traceparent")
        .and_then(|value| value.as_str());
    #[cfg(feature = "http")]
    let meta = meta.or_else(|| {
        let parts = context.extensions.get::<http::request::Parts>()?;
        parts.headers.get("traceparent")?.to_str().ok()
    });
    TraceId::parse(meta?)
}
