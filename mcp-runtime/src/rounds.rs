//! Questions a tool asks while it runs, and what is carried from one round of a call to the next.
//!
//! In 2026-07-28 a server cannot call its client: a tool that needs an answer ends with `input_required`, and the client sends the same call
//! again with the answers. What the earlier rounds learned travels with the client in a sealed state, bound to the caller, the tool, the
//! arguments and the tool's policies; a valid one proves that the call was paid for.

use std::collections::BTreeMap;
use std::time::Duration;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::call::Call;
use crate::seal::Broken;

/// How long a client has for its next round.
const LIFETIME: Duration = Duration::from_secs(600);

/// What a call knows from its earlier rounds, and what it asks in this one.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    resumed: bool,
    answers: Map<String, Value>,
    pending: Mutex<BTreeMap<String, Question>>,
    done: Mutex<Map<String, Value>>,
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
    answers: Map<String, Value>,
    done: Map<String, Value>,
}

impl Rounds {
    /// What the client sent of earlier rounds. Answers without a state belong to a call that nothing is known of: it is a first call.
    pub(crate) fn open(
        call: &Binding<'_>,
        state: Option<&str>,
        responses: Option<Map<String, Value>>,
    ) -> Result<Self, Broken> {
        let carried = match state {
            None => None,
            Some(state) => {
                let server = call.server;
                let bytes = call.bytes();
                Some(
                    server
                        .seal
                        .open::<Carried>(state, &bytes, server.clock.now())?,
                )
            }
        };
        let resumed = carried.is_some();
        let Carried { mut answers, done } = carried.unwrap_or(Carried {
            answers: Map::new(),
            done: Map::new(),
        });
        answers.extend(responses.into_iter().flatten());
        Ok(Self {
            resumed,
            answers,
            done: Mutex::new(done),
            pending: Mutex::default(),
        })
    }

    /// Whether an earlier round of this call was let through, and paid for.
    pub(crate) fn is_resumed(&self) -> bool {
        self.resumed
    }

    /// Whether the client sent anything of an earlier round.
    pub(crate) fn is_first(&self) -> bool {
        !self.resumed && self.answers.is_empty()
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

    /// The questions of this round, sealed with what is known so far.
    pub(crate) fn interrupt(&self, call: &Call) -> Option<InputRequired> {
        let questions = std::mem::take(&mut *self.pending.lock());
        if questions.is_empty() {
            return None;
        }
        let carried = Carried {
            answers: self.answers.clone(),
            done: self.done.lock().clone(),
        };
        let server = &call.server;
        let until = server.clock.now() + LIFETIME;
        let state = server
            .seal
            .close(&carried, &Binding::of(call).bytes(), until)
            .ok()?;
        Some(InputRequired { questions, state })
    }
}

/// What a sealed state is bound to: the same caller, tool, arguments and policies.
pub(crate) struct Binding<'a> {
    pub(crate) server: &'a crate::server::Core,
    pub(crate) caller: Option<&'a crate::principal::Principal>,
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

    /// Length-prefixed, so that no two bindings are the same bytes.
    fn bytes(&self) -> Vec<u8> {
        let mut digest = Sha256::new();
        let mut field = |bytes: &[u8]| {
            digest.update((bytes.len() as u64).to_le_bytes());
            digest.update(bytes);
        };
        match self.caller {
            Some(caller) => {
                field(b"caller");
                field(caller.issuer().as_bytes());
                field(caller.subject().as_bytes());
                field(caller.tenant_id().map_or(b"-", |_| b"+"));
                field(caller.tenant_id().unwrap_or_default().as_bytes());
            }
            None => field(b"nobody"),
        }
        field(self.tool.name.as_bytes());
        field(self.tool.policies.fingerprint().as_bytes());
        // serde_json's maps are sorted, so equal arguments are equal bytes.
        field(Value::Object(self.arguments.clone()).to_string().as_bytes());
        digest.finalize().to_vec()
    }
}
