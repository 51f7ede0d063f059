//! The seam to rmcp: its requests become ours, our replies become its results.

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
    CacheScope, CallToolRequestParams, CallToolResponse, CancelTaskParams, CompleteRequestParams,
    CompleteResult, CustomRequest, CustomResult, GetPromptRequestParams, GetPromptResponse,
    GetSkillRequestParams, GetSkillResult, GetTaskParams, GetTaskResult, InputResponses,
    JsonObject, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult,
    ListSkillsResult, ListToolsResult, LoggingLevel, PaginatedRequestParams, PromptsCapability,
    ReadResourceDirectoryRequestParams, ReadResourceRequestParams, ReadResourceResponse, Resource,
    ResourcesCapability, ServerCapabilities, ServerConfig, SetLevelRequestParams,
    SubscribeRequestParams, SubscriptionFilter, Tool, UnsubscribeRequestParams, UpdateTaskParams,
};
use rmcp::service::{NotificationContext, RequestContext, RoleServer, SubscriptionContext};

use serde_json::{Map, Value};

use super::listening::Listening;
use super::pages::{Page, listed};
use super::remote::{Remote, level_number};
use super::tasks::{self, Called};
use super::{
    Core, asking, completing, extensions, linked, mounted, prompting, reading, refused, skills,
    wire,
};
use crate::answer::Output;
use crate::call::Origin;
use crate::client::Capability;
use crate::corridor::{self, Request};
use crate::error::Reply;
use crate::kind::Kind;
use crate::policy::gate;
use crate::principal::Principal;
use crate::trace::TraceId;

/// One connection's view of the server; rmcp makes one a session, and one a request where there are no sessions.
#[derive(Debug, Clone)]
pub(crate) struct Handler {
    core: Arc<Core>,
    /// The caller of every call of this connection that no token speaks for.
    caller: Option<Arc<Principal>>,
    listening: Arc<Listening>,
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
            listening: Arc::default(),
            level: Arc::new(AtomicU8::new(level_number(LoggingLevel::Info))),
        }
    }

    /// A request of this connection, on its way into the corridor.
    fn request(
        &self,
        kind: Kind,
        tool: impl Into<Arc<str>>,
        sent: Sent,
        context: RequestContext<RoleServer>,
    ) -> Request {
        let responses = sent.responses;
        Request {
            kind,
            tool: tool.into(),
            arguments: sent.arguments.unwrap_or_default(),
            caller: self.caller(&context),
            origin: Origin {
                input_responses: responses.map(|responses| responses.into_iter().collect()),
                request_state: sent.state,
                ..self.origin(context)
            },
        }
    }

    /// Where a request comes from.
    fn origin(&self, context: RequestContext<RoleServer>) -> Origin {
        Origin {
            request_id: context.id.to_string(),
            trace: trace(&context),
            cancelled: context.ct.clone(),
            input_responses: None,
            request_state: None,
            ip: ip(&context),
            task: None,
            client: Arc::new(Remote::new(context, self.level.load(Ordering::Relaxed))),
        }
    }

    /// What the listing functions of the templates say, of those that this caller may see.
    async fn listed(
        &self,
        caller: Option<&Arc<Principal>>,
        context: RequestContext<RoleServer>,
    ) -> Vec<Resource> {
        let origin = self.origin(context);
        let mut listed = Vec::new();
        for resource in self.core.tools().resources.iter() {
            if resource.def.list.is_none()
                || !gate::visible(&self.core, &resource.mounted, caller.map(Arc::as_ref))
            {
                continue;
            }
            let request = Request {
                kind: Kind::Listing,
                tool: mounted::listing(resource.def.uri()).into(),
                arguments: Map::new(),
                caller: caller.cloned(),
                origin: origin.clone(),
            };
            // One that fails is told of in the log, and hides no other.
            if let Reply::Output(output) = corridor::call(&self.core, request).await {
                listed.extend(reading::listed(resource, output));
            }
        }
        listed
    }

    fn has_resources(&self) -> bool {
        let served = self.core.tools();
        !served.resources.is_empty() || self.core.skills.is_some() || served.links()
    }

    /// One page of the tools.
    pub(super) fn tools(
        &self,
        params: Option<PaginatedRequestParams>,
        caller: Option<&Principal>,
    ) -> Result<ListToolsResult, ErrorData> {
        let tools = self.core.tools().tools().iter();
        let tools = tools.map(|tool| (&**tool, &**tool));
        let page = Page::of(&self.core, params, tools, caller, wire::tool)?;
        Ok(listed!(ListToolsResult, page, self.core))
    }

    /// Whether a method with params is answered here, so that it is its params that are wrong.
    fn serves(&self, method: &str, before_2026: bool) -> bool {
        let served = self.core.tools();
        match method {
            "tools/call" | "tools/list" | "tasks/get" | "tasks/update" | "tasks/cancel" => true,
            "initialize" | "logging/setLevel" => before_2026,
            "subscriptions/listen" => !before_2026,
            "prompts/get" | "prompts/list" => !served.prompts.is_empty(),
            "resources/read" | "resources/list" | "resources/templates/list" => {
                self.has_resources()
            }
            "skills/list" | "skills/get" | "resources/directory/read" => self.core.skills.is_some(),
            "resources/subscribe" | "resources/unsubscribe" => {
                before_2026 && !served.resources.is_empty()
            }
            "completion/complete" => served.completes(),
            _ => false,
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

/// What a client sent besides the name of what it calls.
struct Sent {
    arguments: Option<Map<String, Value>>,
    responses: Option<InputResponses>,
    state: Option<String>,
}

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        let served = self.core.tools();
        let mut capabilities = ServerCapabilities::builder()
            .enable_logging()
            .enable_tools()
            .enable_tool_list_changed()
            .build();
        capabilities.extensions = extensions::offered(&self.core);
        if !served.prompts.is_empty() {
            capabilities.prompts = Some(PromptsCapability::default());
        }
        if self.has_resources() {
            let mut resources = ResourcesCapability::default();
            resources.subscribe = (!served.resources.is_empty()).then_some(true);
            capabilities.resources = Some(resources);
        }
        if served.completes() {
            capabilities.completions = Some(JsonObject::default());
        }
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
        let sent = Sent {
            arguments: params.arguments,
            responses: params.input_responses,
            state: params.request_state,
        };
        let tool = params.name.into_owned();
        let request = self.request(Kind::Tool, tool.clone(), sent, context);
        let reply = match request.origin.client.can(Capability::Tasks) {
            true => match tasks::call(&self.core, request).await {
                Called::Begun(task) => return Ok(CallToolResponse::Task(task)),
                Called::Replied(reply) => reply,
            },
            false => corridor::call(&self.core, request).await,
        };
        wire::reply(reply, &tool, &self.core.identity)
    }

    async fn get_prompt(
        &self,
        params: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let prompts = &self.core.tools().prompts;
        if prompts.is_empty() {
            return Err(refused::not_served("prompts/get"));
        }
        let sent = Sent {
            arguments: params.arguments,
            responses: params.input_responses,
            state: params.request_state,
        };
        let full = mounted::prompt(&params.name);
        let request = self.request(Kind::Prompt, full.clone(), sent, context);
        let reply = corridor::call(&self.core, request).await;
        let prompt = prompts.get(&full);
        prompting::answer(prompt, &params.name, reply, &self.core.identity)
    }

    async fn list_prompts(
        &self,
        params: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        let prompts = &self.core.tools().prompts;
        if prompts.is_empty() {
            return Err(refused::not_served("prompts/list"));
        }
        let caller = self.caller(&context);
        let prompts = prompts.iter().map(|prompt| (&*prompt.mounted, prompt));
        let page = Page::of(
            &self.core,
            params,
            prompts,
            caller.as_deref(),
            prompting::prompt,
        )?;
        Ok(listed!(ListPromptsResult, page, self.core))
    }

    async fn complete(
        &self,
        params: CompleteRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        let caller = self.caller(&context);
        let completing::Asked { argument, call } =
            completing::Asked::of(&self.core, caller.as_deref(), params)?;
        let reply = match call {
            None => Reply::Output(Output::default()),
            Some((function, arguments)) => {
                let sent = Sent {
                    arguments: Some(arguments),
                    responses: None,
                    state: None,
                };
                let request = self.request(Kind::Completion, function, sent, context);
                corridor::call(&self.core, request).await
            }
        };
        prompting::completed(&argument, reply, &self.core.identity)
    }

    async fn read_resource(
        &self,
        params: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        if !self.has_resources() {
            return Err(refused::not_served("resources/read"));
        }
        let resources = &self.core.tools().resources;
        let uri = params.uri;
        if let Some(read) = skills::read(&self.core, self.caller(&context).as_deref(), &uri) {
            return Ok(read.into());
        }
        let caller = self.caller(&context);
        if let Some(read) = linked::read(&self.core, caller.as_deref(), &uri).await {
            return Ok(read.into());
        }
        let (resource, variables) = resources.resolve(&uri).unzip();
        let sent = Sent {
            arguments: variables,
            responses: params.input_responses,
            state: params.request_state,
        };
        // What is not there goes the same way, so that it is counted and recorded as every call is.
        let name = match resource {
            Some(resource) => Arc::clone(&resource.mounted.name),
            None => uri.as_str().into(),
        };
        let request = self.request(Kind::Resource, name, sent, context);
        let reply = corridor::call(&self.core, request).await;
        reading::answer(resource, &uri, reply, &self.core.identity)
    }

    async fn list_resources(
        &self,
        params: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        if !self.has_resources() {
            return Err(refused::not_served("resources/list"));
        }
        let resources = &self.core.tools().resources;
        let caller = self.caller(&context);
        let fixed = resources
            .iter()
            .filter(|resource| resource.address.is_none());
        let fixed = fixed.map(|resource| (&*resource.mounted, resource));
        let mut page = Page::of(
            &self.core,
            params,
            fixed,
            caller.as_deref(),
            reading::resource,
        )?;
        if page.next.is_none() && self.core.skills.is_some() {
            let skills = skills::resources(&self.core, caller.as_deref());
            page.items.extend(skills);
            if skills::scope(&self.core) == CacheScope::Private {
                page.scope = CacheScope::Private;
            }
        }
        if page.next.is_none() && resources.iter().any(|resource| resource.def.list.is_some()) {
            page.items
                .extend(self.listed(caller.as_ref(), context).await);
            (page.ttl_ms, page.scope) = (0, CacheScope::Private);
        }
        Ok(listed!(ListResourcesResult, page, self.core))
    }

    async fn list_resource_templates(
        &self,
        params: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        if !self.has_resources() {
            return Err(refused::not_served("resources/templates/list"));
        }
        let resources = &self.core.tools().resources;
        let caller = self.caller(&context);
        let templates = resources
            .iter()
            .filter(|resource| resource.address.is_some());
        let templates = templates.map(|resource| (&*resource.mounted, resource));
        let page = Page::of(
            &self.core,
            params,
            templates,
            caller.as_deref(),
            reading::template,
        )?;
        Ok(listed!(ListResourceTemplatesResult, page, self.core))
    }

    async fn list_tools(
        &self,
        params: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        self.tools(params, self.caller(&context).as_deref())
    }

    /// rmcp holds a call's headers to the tool's schema before the call is made: to that of a tool the caller may know of alone, or the
    /// refusal would tell of the others.
    fn get_tool(&self, name: &str) -> Option<Tool> {
        let caller = asking::caller().or_else(|| self.caller.clone());
        let tool = self.core.tools().find(name)?;
        gate::visible(&self.core, tool, caller.as_deref()).then(|| wire::tool(tool))
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

    async fn list_skills(
        &self,
        params: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListSkillsResult, ErrorData> {
        skills::list(&self.core, self.caller(&context).as_deref(), params)
    }

    async fn get_skill(
        &self,
        params: GetSkillRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetSkillResult, ErrorData> {
        skills::get(&self.core, self.caller(&context).as_deref(), &params.uri)
    }

    async fn read_resource_directory(
        &self,
        params: ReadResourceDirectoryRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let caller = self.caller(&context);
        skills::directory(&self.core, caller.as_deref(), &params.uri, params.cursor)
    }

    async fn subscribe(
        &self,
        params: SubscribeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        if self.core.tools().resources.is_empty() {
            return Err(refused::not_served("resources/subscribe"));
        }
        let caller = self.caller(&context);
        if !self.core.may_read(&params.uri, caller.as_deref()) {
            return Err(refused::unknown(Kind::Resource, &params.uri));
        }
        self.listening
            .subscribe(&self.core.changes, params.uri, context.peer)
    }

    async fn unsubscribe(
        &self,
        params: UnsubscribeRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        if self.core.tools().resources.is_empty() {
            return Err(refused::not_served("resources/unsubscribe"));
        }
        self.listening.unsubscribe(&params.uri);
        Ok(())
    }

    fn accepted_subscription_filter(
        &self,
        requested: &SubscriptionFilter,
    ) -> Option<SubscriptionFilter> {
        Some(self.listening.accept(&self.core.changes, requested))
    }

    async fn listen(&self, subscription: SubscriptionContext) -> Result<(), ErrorData> {
        let caller = self.caller(subscription.request_context());
        let caller = caller.as_deref();
        tokio::select! {
            biased;
            () = subscription.cancelled() => {}
            () = self.core.lifecycle.closed() => {}
            () = self.listening.serve(&self.core, caller, &subscription) => {}
        }
        Ok(())
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

    async fn on_initialized(&self, context: NotificationContext<RoleServer>) {
        self.listening.tell(&self.core.changes, context.peer);
    }

    async fn on_custom_request(
        &self,
        request: CustomRequest,
        context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        let version = context.protocol_version();
        let before_2026 = version.is_none_or(|version| !wire::is_current(&version));
        let served = self.serves(&request.method, before_2026);
        Err(wire::no_such_request(&request.method, served))
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
