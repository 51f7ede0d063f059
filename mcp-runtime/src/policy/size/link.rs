//! `max_out = ".. link"`: an answer that is too large is put aside, and the call answers with a link to it.
//!
//! What was put aside is in the server's store for a while, under a key that its address and its caller make together, and stands in no
//! list. It is refused as with `error` where it is larger than [`MOST_KEPT`] or the store is away.

use std::fmt::Write as _;
use std::time::Duration;

use mcp_grammar::Size;

use super::{TooLarge, bytes, exceeds, too_large};
use crate::answer::{Audio, Body, Content, Embedded, Image, Link, Output};
use crate::call::Call;
use crate::error::Refusal;
use crate::human::Exactly;
use crate::policy::material::Material;
use crate::principal::Principal;
use crate::server::Core;
use crate::store::{Key, Lookup, Payload, Since};

/// What the addresses begin with: `result://search/5f0c..`.
const SCHEME: &str = "result://";

/// How long an answer is there to be read.
const KEPT: Duration = Duration::from_secs(10 * 60);

/// The largest answer that is put aside: a store has room for several.
const MOST_KEPT: u64 = 8 << 20;

/// What the call ends with: the answer where it fits, else a link to it.
pub(crate) async fn fit(call: &Call, outcome: Result<Output, Refusal>) -> Result<Output, Refusal> {
    let most = call.tool.policies.size.answer;
    match outcome {
        Ok(output) if exceeds(most, &output) => Ok(put_aside(call, most, output).await?),
        other => super::fit(call, other),
    }
}

async fn put_aside(call: &Call, most: Size, output: Output) -> Result<Output, TooLarge> {
    let refusal = too_large(most, &output, &call.tool.input.names);
    let size = bytes(&output);
    // The caller may read them where they are; they are no part of what is put aside.
    let (links, content): (Vec<_>, Vec<_>) = output
        .content
        .into_iter()
        .partition(|content| matches!(content, Content::ResourceLink(_)));
    let links = Output {
        content: links,
        meta: output.meta,
        ..Output::default()
    };
    if size > MOST_KEPT || content.is_empty() || exceeds(most, &links) {
        return Err(refusal);
    }
    let uri = address(&call.tool.name);
    let contents: Vec<_> = content
        .into_iter()
        .filter_map(|content| contents(content, &uri))
        .collect();
    let link = Link::new(&uri, format!("answer of {}", call.tool.name))
        .description("The whole answer. It can be read by who called the tool, and is in no list.")
        .size(size);
    let link = match contents.as_slice() {
        [
            Embedded {
                mime_type: Some(mime),
                ..
            },
        ] => link.mime(mime),
        _ => link,
    };
    let lifetime = lifetime(call);
    let kept = contents
        .into_iter()
        .map(|resource| Content::Resource { resource });
    let kept = Output::new(kept.collect());
    let key = key(&call.server, &uri, call.caller.as_deref());
    let Ok(json) = kept.to_json() else {
        return Err(refusal);
    };
    let store = &call.server.store;
    let value = Payload::new(json.get().to_owned());
    if let Err(error) = store.put(key, value, lifetime, &[], Since(0)).await {
        tracing::warn!(tool = &*call.tool.name, %error, "an answer that is too large cannot be put aside");
        return Err(refusal);
    }
    let mut output = links;
    let text = told(&refusal, &call.tool.name, &uri, lifetime);
    output
        .content
        .splice(..0, [Content::text(text), Content::ResourceLink(link)]);
    Ok(output)
}

/// What a model reads in place of the answer.
fn told(refusal: &TooLarge, tool: &str, uri: &str, lifetime: Duration) -> String {
    let mut text = refusal.text(tool);
    // Writing to a string does not fail.
    let _ = write!(
        text,
        "\nThe whole answer is kept for {} as the resource {uri}\nhint: read it there, or {}",
        Exactly(lifetime),
        refusal.hint
    );
    text
}

/// A repetition is given the same link, and so is who asks for a task's result: it leads somewhere for as long.
fn lifetime(call: &Call) -> Duration {
    let declared = &call.tool.policies.declared;
    let repeated = declared.idempotency.map(|idempotency| idempotency.keep);
    let polled = declared.task.map(|task| task.ttl);
    [repeated, polled]
        .into_iter()
        .flatten()
        .fold(KEPT, Duration::max)
}

/// An address that nobody guesses.
fn address(tool: &str) -> String {
    format!("{SCHEME}{tool}/{:032x}", rand::random::<u128>())
}

fn key(server: &Core, uri: &str, caller: Option<&Principal>) -> Key {
    let mut whose = Material::new();
    whose.caller(caller);
    whose.key(server.keys.key("result").text(uri))
}

/// What is read of a block, at the block's own address or at the answer's.
fn contents(content: Content, uri: &str) -> Option<Embedded> {
    let here = |body, mime: String| {
        Some(Embedded {
            uri: uri.to_owned(),
            mime_type: Some(mime),
            body,
        })
    };
    match content {
        Content::Text { text } => here(Body::Text(text), "text/plain".to_owned()),
        Content::Image(Image { data, mime_type }) | Content::Audio(Audio { data, mime_type }) => {
            here(Body::Blob(data), mime_type)
        }
        Content::Resource { resource } => Some(resource),
        Content::ResourceLink(_) => None,
    }
}

/// The tool whose answer may be at an address.
pub(crate) fn tool_of(uri: &str) -> Option<&str> {
    let (tool, _) = uri.strip_prefix(SCHEME)?.split_once('/')?;
    Some(tool)
}

/// What was put aside at an address for this caller.
pub(crate) async fn read(server: &Core, uri: &str, caller: Option<&Principal>) -> Option<Output> {
    match server.store.get(key(server, uri, caller)).await {
        Ok(Lookup::Found(stored)) => Output::from_json(stored.value.bytes()).ok(),
        Ok(Lookup::Missing(_)) => None,
        Err(error) => {
            tracing::debug!(%error, "an answer that was put aside cannot be read");
            None
        }
    }
}

/// What keeps a tool's answers from being put aside.
pub(super) fn problem(has_schema: bool, is_cached: bool) -> Option<&'static str> {
    if has_schema {
        return Some(
            "has `link` in `max_out` and an output schema, which a link does not fit; write `error`, or return text",
        );
    }
    is_cached.then_some(
        "has `link` in `max_out` and a `cache`: an answer that is kept for others would link to what is one caller's; leave one of the two out",
    )
}
