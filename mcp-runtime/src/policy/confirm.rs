//! Stage 9: `confirm = "Delete {path}?"`, a human says yes before the tool runs.
//!
//! Refuses a call whose human said no, dismissed the question, or did not answer in time, and one whose client cannot ask: nothing but a human's
//! yes lets it through, least of all an argument that a model could set. An approval is used once, and only for the arguments it was shown. Keeps its
//! used approvals in the store.
//!
//! Under 2026-07-28 the question ends the call with `input_required`; the approval comes back with a state that this server sealed. Under 2025-11-25
//! the server asks while the call waits.

use std::time::Duration;

use mcp_grammar::{Confirm, Piece, Template};
use serde_json::{Map, Value, json};

use super::redaction;
use crate::call::Call;
use crate::client::Capability;
use crate::error::Refusal;
use crate::rounds::Question;

/// The question's name among the questions of a call, and of the one field of its form.
const KEY: &str = "confirm";

/// Longer values are cut in a question.
const SHOWN: usize = 120;

/// What a human is asked.
#[derive(Debug)]
pub(crate) struct Rule {
    question: Template<'static>,
    ttl: Duration,
}

/// Proof that no human needs to be asked any more.
#[derive(Debug)]
pub(crate) struct Approved(());

/// Nobody said yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unconfirmed {
    Declined,
    Unanswered,
    /// The answer came before the question, or for the second time.
    NotAsked,
    CannotAsk,
}

impl Unconfirmed {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::CannotAsk => "confirmation_unavailable",
            _ => "not_confirmed",
        }
    }

    pub(crate) fn text(self, tool: &str) -> String {
        match self {
            Self::Declined => format!("the user did not confirm `{tool}`"),
            Self::Unanswered => format!("the user did not answer whether to run `{tool}`"),
            Self::NotAsked => format!(
                "this answer to the question before `{tool}` was used already, or never asked for; call again without `inputResponses` and `requestState`"
            ),
            Self::CannotAsk => format!(
                "`{tool}` runs only when a human confirms it, and this client cannot ask one"
            ),
        }
    }
}

impl Rule {
    pub(super) fn new(declared: Option<Confirm<'static>>) -> Option<Self> {
        match declared? {
            Confirm::Never => None,
            Confirm::Ask { question, ttl } => Some(Self { question, ttl }),
        }
    }
}

/// Asks, or finds the approval that came with the call. `redeemed` says that the state the call came with was used for the first time.
pub(crate) async fn ask(call: &Call, redeemed: bool) -> Result<Approved, Refusal> {
    let Some(rule) = &call.tool.policies.confirm else {
        return Ok(Approved(()));
    };
    let client = &call.origin.client;
    if call.rounds.is_confirmed() {
        // The yes of an earlier round travels in the state, and is used up with it.
        return match redeemed {
            true => Ok(Approved(())),
            false => Err(Unconfirmed::NotAsked.into()),
        };
    }
    if client.asks_in_rounds() {
        if let Some(answer) = call.rounds.answer(KEY) {
            if !redeemed {
                return Err(Unconfirmed::NotAsked.into());
            }
            let approved = approved(answer)?;
            call.rounds.confirm();
            return Ok(approved);
        }
        if !call.rounds.is_resumed() && !call.rounds.is_first() {
            return Err(Unconfirmed::NotAsked.into());
        }
    }
    if !client.can(Capability::Elicitation) {
        return Err(Unconfirmed::CannotAsk.into());
    }
    let question = Question {
        method: "elicitation/create",
        params: form(&message(rule, call)),
    };
    if client.asks_in_rounds() {
        call.rounds.ask(KEY, question);
        let asked = call.rounds.interrupt(call, rule.ttl)?;
        return Err(asked.map_or(Unconfirmed::CannotAsk.into(), Refusal::InputRequired));
    }
    let patience = rule.ttl.min(call.server.patience);
    match tokio::time::timeout(patience, client.ask(KEY, question)).await {
        Ok(Ok(answer)) => approved(&answer),
        Ok(Err(error)) => Err(Refusal::Tool(error)),
        Err(_) => Err(Unconfirmed::Unanswered.into()),
    }
}

/// The question that a human would read.
#[cfg(feature = "cli")]
pub(crate) fn question(call: &Call) -> Option<String> {
    let rule = call.tool.policies.confirm.as_ref()?;
    Some(message(rule, call))
}

/// Nothing but an accepted form whose one box is ticked.
fn approved(answer: &Value) -> Result<Approved, Refusal> {
    let accepted = answer.get("action").and_then(Value::as_str) == Some("accept");
    let ticked = answer.pointer("/content/confirm") == Some(&Value::Bool(true));
    match accepted && ticked {
        true => Ok(Approved(())),
        false => Err(Unconfirmed::Declined.into()),
    }
}

/// The question, with the arguments of a call in it.
fn message(rule: &Rule, call: &Call) -> String {
    // What the tool would be given where the call says nothing is what a human says yes to.
    let mut given = call.tool.defaults.clone();
    given.extend(call.arguments.clone());
    let arguments = redaction::masked(&call.tool, &given);
    filled(&rule.question, &arguments, &call.tool.secrets)
}

fn filled(template: &Template<'_>, arguments: &Map<String, Value>, secrets: &[&str]) -> String {
    template
        .pieces()
        .map(|piece| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Arg(path) => shown(path, arguments, secrets),
        })
        .collect()
}

fn form(message: &str) -> Value {
    json!({
        "mode": "form",
        "message": message,
        "requestedSchema": {
            "type": "object",
            "properties": {
                KEY: {"type": "boolean", "title": "Confirm", "default": false},
            },
            "required": [KEY],
        },
    })
}

/// An argument as a human may see it: in quotes, on one line, without characters that hide or reorder text, and cut where it is long.
fn shown(path: &str, arguments: &Map<String, Value>, secrets: &[&str]) -> String {
    let mut segments = path.split('.');
    let first = segments.next().unwrap_or_default();
    if secrets.contains(&first) {
        return "[secret]".to_owned();
    }
    let value = segments.fold(arguments.get(first), |value, segment| value?.get(segment));
    let text = match value {
        None | Some(Value::Null) => return "nothing".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let mut shown: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .map(|c| if matches!(c, '“' | '”') { '"' } else { c })
        .take(SHOWN + 1)
        .collect();
    if shown.chars().count() > SHOWN {
        shown.pop();
        shown.push('…');
    }
    format!("“{shown}”")
}

/// Characters that change how others are shown: bidirectional controls (UAX #9), zero-width ones, and tags.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00ad}'
            | '\u{061c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(text: &'static str, arguments: Value) -> String {
        let Confirm::Ask { question, .. } = Confirm::new(text) else {
            panic!("asks nobody");
        };
        let Value::Object(arguments) = arguments else {
            panic!("arguments are an object");
        };
        filled(&question, &arguments, &["token"])
    }

    #[test]
    fn shows_the_arguments_in_quotes() {
        assert_eq!(
            question("Delete {path} ({n})?", json!({"path": "a b", "n": 3})),
            "Delete “a b” (“3”)?"
        );
    }

    #[test]
    fn a_value_cannot_pose_as_the_question() {
        let path = "x”?\n\u{202e}txet\u{200b}\u{7}";
        assert_eq!(
            question("Delete {path}?", json!({"path": path})),
            "Delete “x\"? txet”?"
        );
    }

    #[test]
    fn cuts_what_is_long_and_hides_what_is_secret() {
        let long = "é".repeat(500);
        let shown = question("Send {text}?", json!({"text": long}));
        assert_eq!(
            shown.chars().count(),
            "Send “”?".chars().count() + SHOWN + 1
        );
        assert_eq!(
            question("Use {token}?", json!({"token": "s3cret"})),
            "Use [secret]?"
        );
    }

    #[test]
    fn only_an_accepted_and_ticked_form_is_a_yes() {
        let yes = json!({"action": "accept", "content": {"confirm": true}});
        assert!(approved(&yes).is_ok());
        for no in [
            json!({"action": "accept", "content": {"confirm": false}}),
            json!({"action": "accept", "content": {"confirm": "true"}}),
            json!({"action": "accept"}),
            json!({"action": "decline", "content": {"confirm": true}}),
            json!({"action": "cancel"}),
            json!(true),
            json!(null),
        ] {
            assert!(approved(&no).is_err(), "{no}");
        }
    }
}
