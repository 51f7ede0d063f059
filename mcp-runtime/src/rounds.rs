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
use sha2::{Digest as _, Sha256};

use crate::call::Call;
use crate::seal::Broken;
use crate::store::{Claim, KeyBuilder, StoreError};

/// How long a client has for its next round.
pub(crate) const LIFETIME: Duration = Duration::from_secs(600);

/// What a call knows from its earlier rounds, and what it asks in this one.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    answers: Map<String, Value>,
    pending: Mutex<BTreeMap<String, Question>>,
    done: Mutex<Map<String, Value>>,
    confirmed: AtomicBool,
    /// Names the state that the call came with: a state pays for one call.
    nonce: Option<u64>,
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
    nonce: u64,
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
            nonce: Some(carried.nonce),
            pending: Mutex::default(),
        })
    }

    /// Whether an earlier round of this call was let through, and paid for.
    pub(crate) fn is_resumed(&self) -> bool {
        self.nonce.is_some()
    }

    /// Uses the state that the call came with up. A state that comes a second time pays for nothing.
    pub(crate) async fn redeem(&self, call: &Call) -> Result<bool, StoreError> {
        let Some(nonce) = self.nonce else {
            return Ok(false);
        };
        let key = KeyBuilder::new("round").number(nonce).finish();
        let claim = call.server.store.claim(key, Bytes::new(), LIFETIME).await?;
        Ok(claim == Claim::Granted)
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
        self.nonce.is_none() && self.answers.is_empty()
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
    pub(crate) fn interrupt(&self, call: &Call, lifetime: Duration) -> Option<InputRequired> {
        let questions = std::mem::take(&mut *self.pending.lock());
        if questions.is_empty() {
            return None;
        }
        let carried = Carried {
            nonce: rand::random(),
            arguments: digest(&call.arguments),
            confirmed: self.is_confirmed(),
            answers: self.answers.clone(),
            done: self.done.lock().clone(),
        };
        let server = &call.server;
        let until = server.clock.now() + lifetime;
        let state = server
            .seal
            .close(&carried, &Binding::of(call).bytes(), until)
            .ok()?;
        Some(InputRequired { questions, state })
    }
}

/// serde_json's maps are sorted, so equal arguments are equal bytes.
fn digest(arguments: &Map<String, Value>) -> String {
    let json = serde_json::to_vec(arguments).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(Sha256::digest(json))
}

/// What a sealed state is bound to: the same caller, tool and policies.
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
        digest.finalize().to_vec()
    }
}
