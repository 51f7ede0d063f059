//! `completion/complete`: which function proposes values for what somebody types, and what it is told.

use std::sync::Arc;

use rmcp::ErrorData;
use rmcp::model::{CompleteRequestParams, Reference};
use serde_json::{Map, Value, json};

use super::registry::Mounted;
use super::{Core, mounted, refused};
use crate::aside;
use crate::kind::Kind;
use crate::policy::gate;
use crate::principal::Principal;

/// What is to be completed.
pub(super) struct Asked {
    /// The argument's name.
    pub(super) argument: String,
    /// The function that proposes values, if the argument has one, and its arguments.
    pub(super) call: Option<(String, Map<String, Value>)>,
}

impl Asked {
    /// Refuses what the caller does not see, and arguments that nobody declared.
    pub(super) fn of(
        core: &Core,
        caller: Option<&Principal>,
        params: CompleteRequestParams,
    ) -> Result<Self, ErrorData> {
        let served = core.tools();
        if !served.completes() {
            return Err(refused::not_served("completion/complete"));
        }
        let (kind, asked) = match &params.r#ref {
            Reference::Prompt(reference) => (Kind::Prompt, &reference.name),
            Reference::Resource(reference) => (Kind::Resource, &reference.uri),
            _ => return Err(refused::unknown(Kind::Completion, &params.argument.name)),
        };
        let name = match kind {
            Kind::Prompt => mounted::prompt(asked),
            _ => asked.clone(),
        };
        let visible = |of: &&Arc<Mounted>| gate::visible(core, of, caller);
        let Some(of) = served.find_of(kind, &name).filter(visible) else {
            return Err(refused::unknown(kind, asked));
        };
        let typed = params.argument;
        if !of.input.names.contains(&typed.name) {
            return Err(refused::unknown(Kind::Completion, &typed.name));
        }
        let function = mounted::completion(&name, &typed.name);
        let proposes = served.find_of(Kind::Completion, &function).is_some();
        let others = params.context.and_then(|context| context.arguments);
        let arguments = || {
            Map::from_iter([
                (aside::TYPED.to_owned(), Value::from(typed.value)),
                (aside::OTHERS.to_owned(), json!(others.unwrap_or_default())),
            ])
        };
        Ok(Self {
            call: proposes.then(|| (function, arguments())),
            argument: typed.name,
        })
    }
}
