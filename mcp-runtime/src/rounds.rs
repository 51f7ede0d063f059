//! Questions a tool asks while it runs, and what is carried from one round of a call to the next.
//!
//! In 2026-07-28 a server cannot call its client: a tool that needs an answer ends with `input_required`, and the client sends the same call
//! again with the answers. What the earlier rounds learned travels with the client in a sealed state, bound to the caller, the tool, the
//! arguments and the tool's policies; a valid one proves that the call was paid for.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::call::Call;
use crate::error::ToolError;
use crate::policy::material::Material;
use crate::principal::Principal;
use crate::seal::{self, Broken};
use crate::store::{Claim, StoreError};

/// How long a client has for its next round.
pub(crate) const LIFETIME: Duration = Duration::from_secs(600);

/// How far apart the clocks of servers that share a store may be: a state is remembered as used for so much longer than this one would take it.
const SKEW: Duration = Duration::from_secs(60);

/// What a call knows from its earlier rounds, and what it asks in this one.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    answers: Map<String, Value>,
    pending: Mutex<BTreeMap<String, Question>>,
    done: Mutex<Map<String, Value>>,
    confirmed: AtomicBool,
    /// The state that the call came with: a state pays for one call.
    ticket: Option<Ticket>,
}

/// Names a state.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Ticket {
    nonce: u64,
    /// Until when the state may come back, in seconds since 1970.
    until: u64,
}

/// A request to the client, in MCP's own form.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Question {
    /// `elicitation/create`, `sampling/createMessage` or `roots/list`.
    pub(crate) method: &'static str,
    pub(crate) params: Value,
}

/// The call ends here for now: the client is to answer and call again.
#[derive(Debug)]
pub(crate) struct InputRequired {
    pub(crate) questions: BTreeMap<String, Question>,
    pub(crate) state: String,
}

/// What the client carries between rounds.
#[derive(Debug, Serialize, Deserialize)]
struct Carried {
    ticket: Ticket,
    /// Of the arguments: with others, what was answered does not count.
    arguments: String,
    answers: Map<String, Value>,
    done: Map<String, Value>,
    confirmed: bool,
}

impl Rounds {
    /// What the client sent of earlier rounds. Answers without a state belong to a call that nothing is known of: it is a first call.
    pub(crate) fn open(
        call: &Binding<'_>,
        state: Option<&str>,
        responses: Option<Map<String, Value>>,
    ) -> Result<Self, Broken> {
        let responses = responses.unwrap_or_default();
        let Some(state) = state else {
            return Ok(Self {
                answers: responses,
                ..Self::default()
            });
        };
        let server = call.server;
        let carried: Carried = server.seal.open(state, &call.bytes(), server.clock.now())?;
        if carried.arguments != digest(call.arguments) {
            // Another call altogether: the answers were about the other arguments.
            return Ok(Self::default());
        }
        let mut answers = carried.answers;
        answers.extend(responses);
        Ok(Self {
            answers,
            done: Mutex::new(carried.done),
            confirmed: AtomicBool::new(carried.confirmed),
            ticket: Some(carried.ticket),
            pending: Mutex::default(),
        })
    }

    /// Whether an earlier round of this call was let through, and paid for.
    pub(crate) fn is_resumed(&self) -> bool {
        self.ticket.is_some()
    }

    /// Uses the state that the call came with up. A state that comes a second time pays for nothing, for as long as it can come at all.
    pub(crate) async fn redeem(&self, call: &Call) -> Result<bool, StoreError> {
        let Some(Ticket { nonce, until }) = self.ticket else {
            return Ok(false);
        };
        let left = Duration::from_secs(until).saturating_sub(call.server.clock.now());
        let key = call.server.keys.key("round").number(nonce).finish();
        let claim = call.server.store.claim(key, Bytes::new(), left + SKEW);
        Ok(claim.await? == Claim::Granted)
    }

    /// Whether a human said yes in an earlier round.
    pub(crate) fn is_confirmed(&self) -> bool {
        self.confirmed.load(Ordering::Relaxed)
    }

    pub(crate) fn confirm(&self) {
        self.confirmed.store(true, Ordering::Relaxed);
    }

    /// Whether the client sent anything of an earlier round.
    pub(crate) fn is_first(&self) -> bool {
        self.ticket.is_none() && self.answers.is_empty()
    }

    pub(crate) fn answer(&self, key: &str) -> Option<&Value> {
        self.answers.get(key)
    }

    pub(crate) fn ask(&self, key: &str, question: Question) {
        self.pending.lock().insert(key.to_owned(), question);
    }

    pub(crate) fn step(&self, key: &str) -> Option<Value> {
        self.done.lock().get(key).cloned()
    }

    pub(crate) fn finish_step(&self, key: &str, value: Value) {
        self.done.lock().insert(key.to_owned(), value);
    }

    /// The questions of this round, sealed with what is known so far. None where nothing was asked.
    ///
    /// # Errors
    /// An internal one where that is more than comes back: the client would carry it for nothing.
    pub(crate) fn interrupt(
        &self,
        call: &Call,
        lifetime: Duration,
    ) -> Result<Option<InputRequired>, ToolError> {
        let questions = std::mem::take(&mut *self.pending.lock());
        if questions.is_empty() {
            return Ok(None);
        }
        let server = &call.server;
        let until = server.clock.now() + lifetime;
        let carried = Carried {
            ticket: Ticket {
                nonce: rand::random(),
                until: until.as_secs(),
            },
            arguments: digest(&call.arguments),
            confirmed: self.is_confirmed(),
            answers: self.answers.clone(),
            done: self.done.lock().clone(),
        };
        let binding = Binding::of(call).bytes();
        let state = server.seal.close(&carried, &binding, until)?;
        match state.len() > seal::MAX_LENGTH {
            true => Err(ToolError::internal(carried.too_large(state.len()))),
            false => Ok(Some(InputRequired { questions, state })),
        }
    }
}

impl Carried {
    fn too_large(&self, length: usize) -> String {
        let size = |value: &Value| serde_json::to_vec(value).map_or(0, |json| json.len());
        let members = self.done.iter().chain(&self.answers);
        let sizes = members.map(|(key, value)| (size(value), key.as_str()));
        let (most, key) = sizes.max().unwrap_or_default();
        format!(
            "what this call carries to its next round takes {length} bytes, and a client carries {} at most; the value under the key `{key}` has {most}: \
             keep it elsewhere, and carry a name for it",
            seal::MAX_LENGTH
        )
    }
}

/// Equal arguments are equal bytes, however a client orders their members.
fn digest(arguments: &Map<String, Value>) -> String {
    let mut material = Material::new();
    material.object(arguments, &[]);
    URL_SAFE_NO_PAD.encode(material.digest())
}

/// What a sealed state is bound to: the same caller, tool and policies.
pub(crate) struct Binding<'a> {
    pub(crate) server: &'a crate::server::Core,
    pub(crate) caller: Option<&'a Principal>,
    pub(crate) tool: &'a crate::server::registry::Mounted,
    pub(crate) arguments: &'a Map<String, Value>,
}

impl<'a> Binding<'a> {
    fn of(call: &'a Call) -> Self {
        Self {
            server: &call.server,
            caller: call.caller.as_deref(),
            tool: &call.tool,
            arguments: &call.arguments,
        }
    }

    fn bytes(&self) -> [u8; 32] {
        bound(
            self.caller,
            &self.tool.name,
            self.tool.policies.fingerprint(),
        )
    }
}

fn bound(caller: Option<&Principal>, tool: &str, policies: &str) -> [u8; 32] {
    let mut material = Material::new();
    material.caller(caller);
    material.text(tool);
    material.text(policies);
    material.digest()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    type Named = (Option<(String, String, Option<String>)>, String, String);

    /// Few letters, so that different names are often the same bytes in a row.
    fn named() -> impl Strategy<Value = Named> {
        let text = || "[a-]{0,3}";
        let caller = (text(), text(), prop::option::of(text()));
        (prop::option::of(caller), text(), text())
    }

    fn bytes((caller, tool, policies): &Named) -> [u8; 32] {
        let caller = caller.as_ref().map(|(issuer, subject, tenant)| {
            let caller = Principal::new(issuer.as_str(), subject.as_str());
            match tenant {
                Some(tenant) => caller.tenant(tenant.as_str()),
                None => caller,
            }
        });
        bound(caller.as_ref(), tool, policies)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_096))]

        #[test]
        fn no_two_bindings_are_the_same_bytes(one in named(), two in named()) {
            prop_assert_eq!(bytes(&one) == bytes(&two), one == two);
        }
    }

    #[test]
    fn arguments_are_told_apart_by_what_they_say() {
        let of = |arguments: Value| digest(arguments.as_object().unwrap());
        let ordered: Map<String, Value> = [("b".to_owned(), json!(2)), ("a".to_owned(), json!(1))]
            .into_iter()
            .collect();
        assert_eq!(digest(&ordered), of(json!({"a": 1, "b": 2})));
        assert_ne!(of(json!({"a": "1"})), of(json!({"a": 1})));
        assert_ne!(of(json!({"a": "1;b:2"})), of(json!({"a": "1", "b": "2"})));
        assert_ne!(of(json!({"a": null})), of(json!({})));
    }
}
