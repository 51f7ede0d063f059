//! Resources as rmcp's model has them: their lists, and what is read.

use std::time::Duration;

use mcp_grammar::Scope;
use rmcp::ErrorData;
use rmcp::model::{
    Annotations, CacheScope, InputRequiredResult, ReadResourceResponse, ReadResourceResult,
    Resource, ResourceContents, ResourceTemplate, Role,
};

use super::icons::icons;
use super::mounted::MountedResource;
use super::{Core, pages, refused, wire};
use crate::answer::{Content, Output, Source};
use crate::error::{Reply, millis_ceil};
use crate::kind::Kind;

/// One fixed resource, as it is listed.
pub(super) fn resource(resource: &MountedResource) -> Resource {
    let def = resource.def;
    let mut listed = Resource::new(def.uri(), &resource.name);
    listed.title = def.item.title.map(str::to_owned);
    listed.description = Some(wire::description(&resource.mounted));
    listed.mime_type = mime(resource).map(str::to_owned);
    listed.size = def.size;
    listed.icons = icons(resource.mounted.def.icons);
    listed.meta = wire::own_meta(&resource.mounted);
    listed.annotations = annotations(resource);
    listed
}

/// A template, as it is listed.
pub(super) fn template(resource: &MountedResource) -> ResourceTemplate {
    let def = resource.def;
    let mut listed = ResourceTemplate::new(def.uri(), &resource.name);
    listed.title = def.item.title.map(str::to_owned);
    listed.description = Some(wire::description(&resource.mounted));
    listed.mime_type = mime(resource).map(str::to_owned);
    listed.icons = icons(resource.mounted.def.icons);
    listed.meta = wire::own_meta(&resource.mounted);
    listed.annotations = annotations(resource);
    listed
}

/// The resources that a template's own function lists.
pub(super) fn listed(of: &MountedResource, output: Output) -> impl Iterator<Item = Resource> {
    let links = output
        .content
        .into_iter()
        .filter_map(|content| match content {
            Content::ResourceLink(link) => Some(wire::link(link)),
            _ => None,
        });
    links.map(|mut resource| {
        if resource.mime_type.is_none() {
            resource.mime_type = mime(of).map(str::to_owned);
        }
        resource.annotations = annotations(of);
        resource
    })
}

fn annotations(resource: &MountedResource) -> Option<Annotations> {
    let def = resource.def;
    if def.audience.is_empty() && def.priority.is_none() {
        return None;
    }
    let mut annotations = Annotations::default();
    let audience = def.audience.iter().map(|who| match *who {
        "assistant" => Role::Assistant,
        _ => Role::User,
    });
    annotations.audience = (!def.audience.is_empty()).then(|| audience.collect());
    annotations.priority = def.priority;
    Some(annotations)
}

/// The media type that the attribute says, or the one that the answer's type stands for.
fn mime(resource: &MountedResource) -> Option<&'static str> {
    resource.def.mime.or(resource.mounted.mime)
}

/// The answer to `resources/read`.
pub(super) fn answer(
    core: &Core,
    resource: Option<&MountedResource>,
    uri: &str,
    reply: Reply,
) -> Result<ReadResourceResponse, ErrorData> {
    match (reply, resource) {
        (Reply::Output(output), Some(resource)) => Ok(read(core, resource, uri, output).into()),
        (Reply::InputRequired(asked), _) => {
            let asked: InputRequiredResult = wire::input_required(asked, &core.identity)?;
            Ok(asked.into())
        }
        (reply, _) => Err(refused::error(Kind::Resource, uri, reply)),
    }
}

fn read(core: &Core, resource: &MountedResource, uri: &str, output: Output) -> ReadResourceResult {
    let (ttl, scope) = freshness(resource, output.source);
    let contents = output.content.into_iter().filter_map(wire::contents_of);
    let contents = contents.map(|mut contents| {
        let (own, mime_type) = match &mut contents {
            ResourceContents::TextResourceContents { uri, mime_type, .. }
            | ResourceContents::BlobResourceContents { uri, mime_type, .. } => (uri, mime_type),
            _ => return contents,
        };
        if own.is_empty() {
            uri.clone_into(own);
        }
        if mime_type.is_none() {
            *mime_type = mime(resource).map(str::to_owned);
        }
        contents
    });
    let mut result = ReadResourceResult::new(contents.collect())
        .with_ttl_ms(millis_ceil(ttl))
        .with_cache_scope(scope);
    let mut meta = wire::server_meta(&core.identity);
    meta.0.extend(output.meta);
    meta.0.extend(wire::source(output.source));
    result.meta = Some(meta);
    result
}

/// How long a client may keep what it read, and whether others may: as long as this server keeps it, and as widely.
fn freshness(resource: &MountedResource, source: Source) -> (Duration, CacheScope) {
    let mounted = &*resource.mounted;
    let own = || pages::scope(std::iter::once(mounted));
    let Some(cache) = &mounted.policies.declared.cache else {
        return match resource.lasts {
            Some(ttl) => (ttl, own()),
            None => (Duration::ZERO, CacheScope::Private),
        };
    };
    let left = match source {
        Source::Hit(age) | Source::Stale(age) => cache.ttl.saturating_sub(age),
        _ => cache.ttl,
    };
    let scope = match cache.scope {
        _ if mounted.policies.tenants.is_bound() => CacheScope::Private,
        Some(Scope::Public) => CacheScope::Public,
        Some(_) => CacheScope::Private,
        None => own(),
    };
    (left, scope)
}
