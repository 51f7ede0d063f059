//! `call`: one tool, called as a client would call it.

use std::io::{self, Read as _};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::arguments::Call;
use super::principal::read_principal;
use super::terminal::{Terminal, pretty, print, say};
use crate::answer::{Body, Content};
use crate::error::{Reply, Result, ServerError};
use crate::principal::Principal;
use crate::server::lifecycle::Lifecycle;
use crate::server::{Core, Server};

/// Calls the tool and says what the process is to end with.
pub(super) async fn call(server: Server, request: Call) -> Result<i32> {
    let Call {
        tool,
        arguments,
        caller,
        json,
    } = request;
    let arguments = read_arguments(arguments.as_deref())?;
    let caller = caller.as_deref().map(read_principal).transpose()?;
    // Whoever interrupts a call that they made themselves does not want to wait for it.
    let core = server.drain(Duration::ZERO).build()?;
    let caller = caller.map(Arc::new).or_else(|| core.principal.clone());

    let mut reply = None;
    let ended = Lifecycle::run(&core, async {
        let (caller, client) = (caller.clone(), Arc::new(Terminal));
        reply = Some(core.call(&tool, arguments, caller, client).await);
        Ok(())
    })
    .await;
    match reply {
        Some(reply) => answer(&core, &tool, caller.as_deref(), reply, json),
        None => ended.map(|()| 1),
    }
}

fn answer(
    core: &Core,
    tool: &str,
    caller: Option<&Principal>,
    reply: Reply,
    json: bool,
) -> Result<i32> {
    match reply {
        Reply::Output(output) if json => print(&pretty(&core.output_json(output))).map(|()| 0),
        Reply::Output(output) => {
            let text: String = output.content.into_iter().map(shown).collect();
            print(&text).map(|()| 0)
        }
        Reply::Failure(failure) if json => print(&pretty(&core.failure_json(&failure))).map(|()| 1),
        Reply::Failure(failure) => {
            say(&failure.text());
            Ok(1)
        }
        Reply::UnknownTool => Err(unknown(core, tool, caller)),
        Reply::Lacks(_) | Reply::InputRequired(_) | Reply::BrokenState => {
            Err(ServerError::new(format!(
                "`{tool}` asks its caller something while it runs, and the command line cannot be asked"
            )))
        }
        Reply::Cancelled => Err(ServerError::new(format!("`{tool}` was cancelled"))),
    }
}

pub(super) fn unknown(core: &Core, tool: &str, caller: Option<&Principal>) -> ServerError {
    let names: Vec<&str> = core.listed(caller).map(|tool| &*tool.name).collect();
    let near = names
        .iter()
        .map(|name| (strsim::damerau_levenshtein(name, tool), name))
        .filter(|(distance, _)| *distance <= 1 + tool.chars().count() / 4)
        .min();
    let help = match near {
        Some((_, name)) => format!("did you mean `{name}`?"),
        None if names.is_empty() => "this caller sees no tools".to_owned(),
        None => format!("there are `{}`", names.join("`, `")),
    };
    ServerError::new(format!("there is no tool `{tool}`\n  help: {help}"))
}

pub(super) fn read_arguments(arguments: Option<&str>) -> Result<Map<String, Value>> {
    let text = match arguments {
        None => return Ok(Map::new()),
        Some("-") => {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text).map_err(|error| {
                ServerError::because("cannot read the arguments from stdin", error)
            })?;
            text
        }
        Some(text) => text.to_owned(),
    };
    match serde_json::from_str(&text) {
        Ok(Value::Object(arguments)) => Ok(arguments),
        Ok(_) => Err(ServerError::new(
            "the arguments are JSON, but no object\n  help: write '{\"name\": value}'",
        )),
        Err(error) => Err(ServerError::new(format!(
            "the arguments are not JSON: {error}\n{}\n  help: write '{{\"name\": value}}', with single quotes around it for the shell",
            pointed(&text, &error)
        ))),
    }
}

/// The line of a text that an error is in, and a mark below the place.
fn pointed(text: &str, error: &serde_json::Error) -> String {
    /// What is shown of a line before the place.
    const BEFORE: usize = 40;
    let line = text
        .lines()
        .nth(error.line().saturating_sub(1))
        .unwrap_or_default();
    let at = line.floor_char_boundary(error.column().saturating_sub(1));
    let (before, after) = line.split_at(at);
    let skipped = before.chars().count().saturating_sub(BEFORE);
    let before: String = before.chars().skip(skipped).collect();
    let after: String = after.chars().take(BEFORE).collect();
    format!(
        "  {before}{after}\n  {}^",
        " ".repeat(before.chars().count())
    )
}

/// One piece of content as lines of text. What is no text is named.
fn shown(content: Content) -> String {
    match content {
        Content::Text { text } => format!("{text}\n"),
        Content::Image(image) => binary("image", Some(&image.mime_type), &image.data),
        Content::Audio(audio) => binary("audio", Some(&audio.mime_type), &audio.data),
        Content::Resource { resource } => match resource.body {
            Body::Text(text) => format!("{text}\n"),
            Body::Blob(data) => binary(&resource.uri, resource.mime_type.as_deref(), &data),
        },
        Content::ResourceLink(link) => format!("{} <{}>\n", link.name, link.uri),
    }
}

fn binary(what: &str, mime_type: Option<&str>, base64: &str) -> String {
    let mime_type = mime_type.unwrap_or("application/octet-stream");
    let padding = base64
        .bytes()
        .rev()
        .take_while(|byte| *byte == b'=')
        .count();
    let bytes = base64.len() / 4 * 3 - padding.min(2);
    format!("[{what}: {mime_type}, {bytes} bytes; `--json` prints it]\n")
}

#[cfg(test)]
mod tests;
