//! Prompts as rmcp's model has them: their list, and the messages of one.

use rmcp::ErrorData;
use rmcp::model::{
    CompleteResult, CompletionInfo, GetPromptResponse, GetPromptResult, InputRequiredResult,
    Prompt, PromptArgument, PromptMessage, Role as WireRole,
};
use serde_json::Value;

use super::icons::icons;
use super::mounted::MountedPrompt;
use super::registry::Mounted;
use super::{Identity, refused, wire};
use crate::answer::{Content, Output};
use crate::error::Reply;
use crate::kind::Kind;
use crate::prompt::Role;

/// A prompt, as it is listed.
pub(super) fn prompt(prompt: &MountedPrompt) -> Prompt {
    let mounted = &prompt.mounted;
    let arguments = arguments(mounted);
    let mut listed = Prompt::new(
        &prompt.name,
        Some(wire::description(mounted)),
        (!arguments.is_empty()).then_some(arguments),
    );
    listed.title = mounted.def.title.map(str::to_owned);
    listed.icons = icons(mounted.def.icons);
    listed.meta = wire::own_meta(mounted);
    listed
}

/// The arguments in the order of the function's parameters.
fn arguments(mounted: &Mounted) -> Vec<PromptArgument> {
    let schema = &mounted.input.json;
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|it| it == name));
    let properties = schema.get("properties").and_then(Value::as_object);
    let place = |name: &str| mounted.order.iter().position(|other| *other == name);
    let mut properties: Vec<_> = properties.into_iter().flatten().collect();
    properties.sort_by_key(|(name, _)| place(name));
    let arguments = properties.into_iter().map(|(name, property)| {
        let text = |key: &str| property.get(key).and_then(Value::as_str).map(str::to_owned);
        let mut argument = PromptArgument::new(name).with_required(is_required(name));
        argument.title = text("title");
        argument.description = text("description");
        argument
    });
    arguments.collect()
}

/// The answer to `prompts/get`.
pub(super) fn answer(
    prompt: Option<&MountedPrompt>,
    name: &str,
    reply: Reply,
    identity: &Identity,
) -> Result<GetPromptResponse, ErrorData> {
    match reply {
        Reply::Output(output) => {
            let description = prompt.map(|prompt| wire::description(&prompt.mounted));
            Ok(messages(description, output, identity).into())
        }
        Reply::InputRequired(asked) => {
            let asked: InputRequiredResult = wire::input_required(asked, identity)?;
            Ok(asked.into())
        }
        reply => Err(refused::error(Kind::Prompt, name, reply)),
    }
}

fn messages(description: Option<String>, output: Output, identity: &Identity) -> GetPromptResult {
    let roles = output.roles.iter().map(|role| match role {
        Role::User => WireRole::User,
        Role::Assistant => WireRole::Assistant,
    });
    // Middleware may answer in a prompt's place, and says nothing of roles: then it is the user who speaks.
    let roles = roles.chain(std::iter::repeat(WireRole::User));
    let messages = output.content.into_iter().zip(roles);
    let messages = messages.map(|(content, role)| PromptMessage::new(role, wire::block(content)));
    let mut result = GetPromptResult::new(messages.collect());
    result.description = description;
    let mut meta = wire::server_meta(identity);
    meta.0.extend(output.meta);
    meta.0.extend(wire::source(output.source));
    result.meta = Some(meta);
    result
}

/// The answer to `completion/complete`.
pub(super) fn completed(
    argument: &str,
    reply: Reply,
    identity: &Identity,
) -> Result<CompleteResult, ErrorData> {
    let output = match reply {
        Reply::Output(output) => output,
        reply => return Err(refused::error(Kind::Completion, argument, reply)),
    };
    let mut values: Vec<String> = output.content.into_iter().filter_map(text).collect();
    let total = u32::try_from(values.len()).ok();
    let more = values.len() > CompletionInfo::MAX_VALUES;
    values.truncate(CompletionInfo::MAX_VALUES);
    let mut completion = CompletionInfo::default();
    completion.values = values;
    completion.total = total;
    completion.has_more = Some(more);
    let mut result = CompleteResult::new(completion);
    result.meta = Some(wire::server_meta(identity));
    Ok(result)
}

fn text(content: Content) -> Option<String> {
    match content {
        Content::Text { text } => Some(text),
        _ => None,
    }
}
