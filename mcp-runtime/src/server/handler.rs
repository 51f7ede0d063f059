//! The seam to rmcp: its requests become ours, our replies become its results.

#![expect(
    deprecated,
    reason = "the protocol is leaving logging behind (SEP-2577); clients of 2025-11-25 still use it"
)]

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use rmcp::ErrorData;
use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CancelTaskParams, CompleteRequestParams,
    CompleteResult, CustomRequest, CustomResult, GetPromptRequestParams, GetPromptResponse,
    GetSkillRequestParams, GetSkillResult, GetTaskParams, GetTaskResult, ListPromptsResult,
    ListResourceTemplatesResult, ListResourcesResult, ListSkillsResult, ListToolsResult,
    LoggingLevel, PaginatedRequestParams, ReadResourceDirectoryRequestParams,
    ReadResourceRequestParams, ReadResourceResponse, ServerConfig, SetLevelRequestParams,
    SubscribeRequestParams, SubscriptionFilter, Tool, UnsubscribeRequestParams, UpdateTaskParams,
};
use rmcp::service::{NotificationContext, RequestContext, RoleServer, SubscriptionContext};

use super::listening::Listening;
use super::origin::Sent;
use super::remote::level_number;
use super::tasks::{self, Called};
use super::{Core, asking, completing, linked, mounted, prompting, reading, refused, skills, wire};
use crate::answer::Output;
use crate::client::Capability;
use crate::corridor;
use crate::error::Reply;
use crate::kind::Kind;
use crate::policy::gate;
use crate::principal::Principal;

/// One connection's view of the server; rmcp makes one a session, and one a request where there are no sessions.
#[derive(Debug, Clone)]
pub(crate) struct Handler {
    pub(super) core: Arc<Core>,
    /// The caller of every call of this connection that no token speaks for.
    pub(super) caller: Option<Arc<Principal>>,
    listening: Arc<Listening>,
    /// The least log level the client asked for with `logging/setLevel` (2025-11-25 and older).
    pub(super) level: Arc<AtomicU8>,
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
}

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        self.info()
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
        self.prompts(params, self.caller(&context).as_deref())
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
        reading::answer(&self.core, resource, &uri, reply)
    }

    async fn list_resources(
        &self,
        params: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let caller = self.caller(&context);
        self.resources(params, caller.as_ref(), context).await
    }

    async fn list_resource_templates(
        &self,
        params: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        self.templates(params, self.caller(&context).as_deref())
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
            .subscribe(&self.core, params.uri, context.peer)
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
        self.listening.tell(&self.core, context.peer);
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
