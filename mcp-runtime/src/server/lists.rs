//! The lists that clients ask for page by page: of tools, prompts, resources and templates.

use std::sync::Arc;

use rmcp::ErrorData;
use rmcp::model::{
    CacheScope, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult,
    ListToolsResult, PaginatedRequestParams, Resource,
};
use rmcp::service::{RequestContext, RoleServer};
use serde_json::Map;

use super::handler::Handler;
use super::mounted::MountedResource;
use super::pages::{self, Page, Window, listed};
use super::registry::Mounted;
use super::{Core, mounted, prompting, reading, refused, skills, wire};
use crate::corridor::{self, Request};
use crate::error::Reply;
use crate::kind::Kind;
use crate::policy::gate;
use crate::principal::Principal;

/// Which tools somebody sees: a bit each, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Seen(Vec<u64>);

impl Seen {
    /// Asks of every tool what a call of it would ask.
    pub(super) fn by(core: &Core, caller: Option<&Principal>) -> Self {
        let tools = core.tools().tools();
        let mut seen = vec![0; tools.len().div_ceil(64)];
        for (index, tool) in tools.iter().enumerate() {
            let visible = gate::visible(core, tool, caller);
            seen[index / 64] |= u64::from(visible) << (index % 64);
        }
        Self(seen)
    }

    fn has(&self, index: usize) -> bool {
        let bits = self.0.get(index / 64).copied().unwrap_or_default();
        bits >> (index % 64) & 1 == 1
    }

    /// How many they are.
    #[cfg(feature = "http")]
    pub(super) fn count(&self) -> usize {
        let ones = self.0.iter().map(|bits| bits.count_ones() as usize);
        ones.sum()
    }
}

/// One page of the tools, for those who see these.
pub(super) fn tools(core: &Core, seen: &Seen, window: Window) -> ListToolsResult {
    let tools = core.tools().tools();
    let visible = tools
        .iter()
        .enumerate()
        .filter(|(index, _)| seen.has(*index));
    let scope = pages::scope(tools.iter().map(|tool| &**tool));
    let page = Page::of(window, visible, scope, |(_, tool)| wire::tool(tool));
    listed!(ListToolsResult, page, core)
}

/// What stands in the list of resources: those with an address of their own, the skills, and what listing functions tell of.
enum Listed<'a> {
    Fixed(&'a MountedResource),
    Skill(&'a crate::skills::Skill),
    Told(Box<Resource>),
}

impl Handler {
    /// One page of the tools.
    pub(super) fn tools(
        &self,
        params: Option<PaginatedRequestParams>,
        caller: Option<&Principal>,
    ) -> Result<ListToolsResult, ErrorData> {
        let window = Window::of(&self.core, params)?;
        Ok(tools(&self.core, &Seen::by(&self.core, caller), window))
    }

    /// One page of the prompts.
    pub(super) fn prompts(
        &self,
        params: Option<PaginatedRequestParams>,
        caller: Option<&Principal>,
    ) -> Result<ListPromptsResult, ErrorData> {
        let prompts = &self.core.tools().prompts;
        if prompts.is_empty() {
            return Err(refused::not_served("prompts/list"));
        }
        let window = Window::of(&self.core, params)?;
        let visible = prompts
            .iter()
            .filter(|it| gate::visible(&self.core, &it.mounted, caller));
        let scope = pages::scope(prompts.iter().map(|it| &*it.mounted));
        let page = Page::of(window, visible, scope, prompting::prompt);
        Ok(listed!(ListPromptsResult, page, self.core))
    }

    /// One page of the resources. Listing functions are asked for those pages alone that their answers matter for.
    pub(super) async fn resources(
        &self,
        params: Option<PaginatedRequestParams>,
        caller: Option<&Arc<Principal>>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        if !self.has_resources() {
            return Err(refused::not_served("resources/list"));
        }
        let core = &self.core;
        let who = caller.map(Arc::as_ref);
        let window = Window::of(core, params)?;
        let fixed = || self.addressed(|resource| resource.address.is_none(), who);
        let skills = skills::visible(core, who).map_or(&[][..], |catalog| &catalog.skills);
        let reaches = window.reaches(fixed().count() + skills.len());
        let lists = core
            .tools()
            .resources
            .iter()
            .any(|it| it.def.list.is_some());
        let told = match reaches && lists {
            true => self.told(caller, context).await,
            false => Vec::new(),
        };
        let all = fixed()
            .map(Listed::Fixed)
            .chain(skills.iter().map(Listed::Skill))
            .chain(told.into_iter().map(Box::new).map(Listed::Told));
        let scope = match skills::scope(core) {
            CacheScope::Public => {
                let resources = core.tools().resources.iter();
                let fixed = resources.filter(|it| it.address.is_none());
                pages::scope(fixed.map(|it| &*it.mounted))
            }
            private => private,
        };
        let mut page = Page::of(window, all, scope, |listed| match listed {
            Listed::Fixed(resource) => reading::resource(resource),
            Listed::Skill(skill) => skills::resource(core, skill),
            Listed::Told(resource) => *resource,
        });
        if reaches && lists {
            (page.ttl_ms, page.scope) = (0, CacheScope::Private);
        }
        Ok(listed!(ListResourcesResult, page, core))
    }

    /// One page of the templates.
    pub(super) fn templates(
        &self,
        params: Option<PaginatedRequestParams>,
        caller: Option<&Principal>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        if !self.has_resources() {
            return Err(refused::not_served("resources/templates/list"));
        }
        let core = &self.core;
        let window = Window::of(core, params)?;
        let is_template = |resource: &MountedResource| resource.address.is_some();
        let visible = self.addressed(is_template, caller);
        let templates = core.tools().resources.iter().filter(|it| is_template(it));
        let scope = pages::scope(templates.map(|it| &*it.mounted));
        let page = Page::of(window, visible, scope, reading::template);
        Ok(listed!(ListResourceTemplatesResult, page, core))
    }

    /// The resources of one sort that a caller sees.
    fn addressed<'a>(
        &'a self,
        sort: impl Fn(&MountedResource) -> bool + 'a,
        caller: Option<&'a Principal>,
    ) -> impl Iterator<Item = &'a MountedResource> {
        let resources = self.core.tools().resources.iter();
        let of_sort = resources.filter(move |resource| sort(resource));
        of_sort.filter(move |resource| gate::visible(&self.core, &resource.mounted, caller))
    }

    /// What the listing functions of the templates say, of those that this caller may see.
    async fn told(
        &self,
        caller: Option<&Arc<Principal>>,
        context: RequestContext<RoleServer>,
    ) -> Vec<Resource> {
        let origin = self.origin(context);
        let mut told = Vec::new();
        for resource in self.core.tools().resources.iter() {
            let is_seen =
                |mounted: &Mounted| gate::visible(&self.core, mounted, caller.map(Arc::as_ref));
            if resource.def.list.is_none() || !is_seen(&resource.mounted) {
                continue;
            }
            let request = Request {
                kind: Kind::Listing,
                tool: mounted::listing(resource.def.uri()).into(),
                found: None,
                arguments: Map::new(),
                caller: caller.cloned(),
                origin: origin.clone(),
            };
            // One that fails is told of in the log, and hides no other.
            if let Reply::Output(output) = corridor::call(&self.core, request).await {
                told.extend(reading::listed(resource, output));
            }
        }
        told
    }
}
