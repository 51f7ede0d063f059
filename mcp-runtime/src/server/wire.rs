//! Our values as rmcp's model has them.

use std::sync::Arc;
use std::time::Duration;

use rmcp::ErrorData;
use rmcp::model::{
    CallToolResponse, CallToolResult, ClientCapabilities, ContentBlock, ElicitationCapability,
    ErrorCode, Implementation, InputRequest, InputRequests, InputRequiredResult, MetaObject,
    ProtocolVersion, Resource, ResourceContents, RootsCapabilities, SamplingCapability, Tool,
    ToolAnnotations, UrlElicitationCapability,
};
use serde_json::{Value, json};

use super::Identity;
use super::icons::icons;
use super::registry::Mounted;
use crate::answer::{
    Body, CACHE_META_KEY, Content, Embedded, IDEMPOTENCY_META_KEY, Link, Output, Source,
};
use crate::client::Capability;
use crate::error::{ERROR_META_KEY, Failure, Reply, incident_id};
use crate::rounds::InputRequired;

/// Where a result names the server (MCP 2026-07-28, "_meta").
pub(super) const SERVER_INFO_KEY: &str = "io.modelcontextprotocol/serverInfo";

pub(super) fn implementation(identity: &Identity) -> Implementation {
    let mut implementation = Implementation::new(&identity.name, &identity.version);
    implementation.title.clone_from(&identity.title);
    implementation.website_url.clone_from(&identity.website);
    implementation
}

pub(super) fn server_meta(identity: &Identity) -> MetaObject {
    let mut meta = MetaObject::default();
    if let Ok(info) = serde_json::to_value(implementation(identity)) {
        meta.0.insert(SERVER_INFO_KEY.to_owned(), info);
    }
    meta
}

pub(super) fn tool(mounted: &Mounted) -> Tool {
    let def = mounted.def;
    let policies = &mounted.policies.declared;
    let mut tool = Tool::new(
        mounted.name.to_string(),
        description(mounted),
        Arc::new(mounted.input.json.clone()),
    );
    tool.title = def.title.map(str::to_owned);
    tool.output_schema = mounted
        .output
        .as_ref()
        .map(|output| Arc::new(output.json.clone()));
    tool.annotations = Some(ToolAnnotations::from_raw(
        None,
        policies.read_only.then_some(true),
        policies
            .destructive
            .or_else(|| policies.read_only.then_some(false)),
        policies.idempotent.then_some(true),
        policies.open_world,
    ));
    tool.icons = icons(def.icons);
    tool.meta = own_meta(mounted);
    tool
}

/// What clients are told that something is for.
pub(super) fn description(mounted: &Mounted) -> String {
    let description = mounted.def.description;
    match &mounted.deprecated {
        Some(rule) => format!("[Deprecated: {}] {description}", rule.notice),
        None => description.to_owned(),
    }
}

/// What its author wrote for `_meta`, and its tags.
pub(super) fn own_meta(mounted: &Mounted) -> Option<MetaObject> {
    let def = mounted.def;
    let mut meta = MetaObject::default();
    for (key, json) in def.meta {
        let value = serde_json::from_str(json).unwrap_or_else(|_| Value::from(*json));
        meta.0.insert((*key).to_owned(), value);
    }
    if !mounted.tags.is_empty() {
        meta.0.insert(
            "dev.mcp-runtime/tags".to_owned(),
            Value::from(mounted.tags.as_slice()),
        );
    }
    (!meta.0.is_empty()).then_some(meta)
}

/// What `tools/call` answers.
pub(super) fn reply(
    reply: Reply,
    tool: &str,
    identity: &Identity,
) -> Result<CallToolResponse, ErrorData> {
    match reply {
        Reply::Output(output) => Ok(result(output, identity).into()),
        Reply::Failure(failed) => Ok(failure(&failed, identity).into()),
        Reply::UnknownTool => Err(unknown_tool(tool)),
        Reply::InputRequired(asked) => Ok(input_required(asked, identity)?.into()),
        Reply::Lacks(capability) => Err(lacks(capability)),
        Reply::BrokenState => Err(broken_state()),
        Reply::Cancelled => Err(ErrorData::internal_error("cancelled", None)),
    }
}

pub(super) fn result(output: Output, identity: &Identity) -> CallToolResult {
    let meta = meta(&output, identity);
    let mut result = CallToolResult::success(output.content.into_iter().map(block).collect());
    result.is_error = None;
    result.structured_content = output
        .structured
        .and_then(|json| serde_json::from_str(json.get()).ok());
    result.meta = Some(meta);
    result
}

/// What a result says beside its content: who the server is, what the tool added, where the result comes from.
pub(super) fn meta(output: &Output, identity: &Identity) -> MetaObject {
    let mut meta = server_meta(identity);
    let added = output.meta.iter();
    meta.0
        .extend(added.map(|(key, value)| (key.clone(), value.clone())));
    meta.0.extend(source(output.source));
    meta
}

/// What a result says of an origin other than the tool.
pub(super) fn source(source: Source) -> Option<(String, Value)> {
    let (key, json) = source_json(source)?;
    // It is JSON: it stands below.
    Some((key.to_owned(), serde_json::from_str(&json).ok()?))
}

/// The same, as it is written.
pub(super) fn source_json(source: Source) -> Option<(&'static str, String)> {
    let cache = |word: &str, age: Duration| {
        let json = format!(r#"{{"ageMs":{},"cache":"{word}"}}"#, age.as_millis());
        Some((CACHE_META_KEY, json))
    };
    match source {
        Source::Tool => None,
        Source::Hit(age) => cache("hit", age),
        Source::Stale(age) => cache("stale", age),
        Source::Shared => cache("shared", Duration::ZERO),
        Source::Replay => Some((IDEMPOTENCY_META_KEY, r#"{"replayed":true}"#.to_owned())),
    }
}

pub(super) fn failure(failure: &Failure, identity: &Identity) -> CallToolResult {
    let mut result = CallToolResult::error(vec![ContentBlock::text(failure.text())]);
    let mut meta = server_meta(identity);
    meta.0.insert(ERROR_META_KEY.to_owned(), failure.object());
    result.meta = Some(meta);
    result
}

/// The questions of a round, as requests of the protocol.
pub(super) fn input_required(
    asked: InputRequired,
    identity: &Identity,
) -> Result<InputRequiredResult, ErrorData> {
    let requests = asked.questions.into_iter().map(|(key, question)| {
        let request = json!({"method": question.method, "params": question.params});
        Ok((key, serde_json::from_value::<InputRequest>(request)?))
    });
    let requests: serde_json::Result<InputRequests> = requests.collect();
    match requests {
        Ok(requests) => {
            let mut result = InputRequiredResult::new(Some(requests), Some(asked.state));
            result.meta = Some(server_meta(identity));
            Ok(result)
        }
        Err(error) => {
            let id = incident_id();
            tracing::error!(%id, %error, "a question is not in the protocol's form");
            let text = format!("internal error (id {id})");
            Err(ErrorData::internal_error(text, None))
        }
    }
}

pub(super) fn lacks(capability: Capability) -> ErrorData {
    let mut required = ClientCapabilities::default();
    match capability {
        Capability::Elicitation => {
            required.elicitation = Some(ElicitationCapability::default());
        }
        Capability::ElicitationUrl => {
            let url = UrlElicitationCapability::default();
            required.elicitation = Some(ElicitationCapability::default().with_url(url));
        }
        Capability::Sampling => required.sampling = Some(SamplingCapability::default()),
        Capability::Roots => required.roots = Some(RootsCapabilities::default()),
        Capability::Tasks => required = ClientCapabilities::builder().enable_tasks().build(),
    }
    ErrorData::missing_required_client_capability(required)
}

pub(super) fn broken_state() -> ErrorData {
    ErrorData::invalid_params(
        "this requestState is not the one you were given, or it has expired; call again without it",
        None,
    )
}

/// The one text for tools that do not exist and tools this caller may not see.
pub(super) fn unknown_tool(name: &str) -> ErrorData {
    let shown: String = name.chars().filter(|c| !c.is_control()).take(128).collect();
    ErrorData::invalid_params(format!("Unknown tool: {shown}"), None)
}

/// Whether a revision is 2026-07-28 or later.
pub(super) fn is_current(version: &ProtocolVersion) -> bool {
    version.as_str() >= ProtocolVersion::V_2026_07_28.as_str()
}

/// A request that rmcp could make nothing of. It takes one of a method it knows, whose params do not fit, for one of a method it does
/// not know.
pub(super) fn no_such_request(method: &str, is_served: bool) -> ErrorData {
    let shown: String = method
        .chars()
        .filter(|c| !c.is_control())
        .take(128)
        .collect();
    match is_served {
        true => ErrorData::invalid_params(
            format!("the params of `{shown}` are not those of this method"),
            None,
        ),
        false => ErrorData::new(
            ErrorCode::METHOD_NOT_FOUND,
            format!("Unknown method: {shown}"),
            None,
        ),
    }
}

pub(super) fn block(content: Content) -> ContentBlock {
    match content {
        Content::Text { text } => ContentBlock::text(text),
        Content::Image(image) => ContentBlock::image(image.data, image.mime_type),
        Content::Audio(audio) => ContentBlock::audio(audio.data, audio.mime_type),
        Content::Resource { resource } => ContentBlock::resource(contents(resource)),
        Content::ResourceLink(link) => ContentBlock::resource_link(self::link(link)),
    }
}

/// What can be read of a block: the contents of a resource, or a text.
pub(super) fn contents_of(content: Content) -> Option<ResourceContents> {
    match content {
        Content::Resource { resource } => Some(contents(resource)),
        // Middleware may answer in a resource's place.
        Content::Text { text } => Some(contents(Embedded::text("", text))),
        _ => None,
    }
}

fn contents(embedded: Embedded) -> ResourceContents {
    let Embedded {
        uri,
        mime_type,
        body,
    } = embedded;
    match body {
        Body::Text(text) => ResourceContents::TextResourceContents {
            uri,
            mime_type,
            text,
            meta: None,
        },
        Body::Blob(blob) => ResourceContents::BlobResourceContents {
            uri,
            mime_type,
            blob,
            meta: None,
        },
    }
}

pub(super) fn link(link: Link) -> Resource {
    let mut resource = Resource::new(link.uri, link.name);
    resource.title = link.title;
    resource.description = link.description;
    resource.mime_type = link.mime_type;
    resource.size = link.size;
    resource
}
