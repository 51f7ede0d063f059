//! The life of a claimed key: running, then done, given back, or unknown.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio_util::task::TaskTracker;

use super::{Refused, Rule};
use crate::answer::{Output, Source};
use crate::call::Call;
use crate::error::Refusal;
use crate::policy::material::{Arguments, Material};
use crate::store::{Claim, Key, Store, StoreError};

/// The step, for logs and records.
const STEP: &str = "idempotency";

/// What a claim says.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    /// A hash of them, so that others are noticed.
    arguments: String,
    state: State,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Running,
    Unknown,
    Done(Box<RawValue>),
}

/// Runs a call unless its key has run, and remembers what it came to.
pub(crate) async fn once(
    call: &Call,
    work: impl Future<Output = Result<Output, Refusal>>,
) -> Result<Output, Refusal> {
    let (Some(Rule(declared)), Some(key)) =
        (&call.tool.policies.idempotency, &call.idempotency_key)
    else {
        return work.await;
    };
    let claiming = Ours::new(call, key, declared.keep).claim();
    let claimed = match call.server.store.is_local() {
        true => claiming.await?,
        // In a task of its own: a client that goes away now must not leave a claim behind that nobody knows of.
        false => match call.server.aftermath.spawn(claiming).await {
            Ok(claimed) => claimed?,
            Err(_) => return Err(Refusal::Cancelled),
        },
    };
    let mut ours = match claimed {
        Claimed::Ours(ours) => ours,
        Claimed::Done(output) => {
            call.facts.answered(STEP);
            return Ok(output.with_source(Source::Replay));
        }
    };
    ours.stage = Stage::Running;
    let outcome = work.await;
    let state = match &outcome {
        Ok(output) => Some(output.to_json().map_or(State::Unknown, State::Done)),
        Err(refusal) if refusal.leaves_outcome_unknown() => Some(State::Unknown),
        Err(_) => None,
    };
    ours.end(state).await;
    outcome
}

enum Claimed {
    Ours(Ours),
    Done(Output),
}

/// A key that this call holds, or is about to. Dropped while the call runs, it stays claimed, and its outcome is unknown.
struct Ours {
    store: Arc<dyn Store>,
    aftermath: TaskTracker,
    key: Key,
    arguments: String,
    keep: Duration,
    stage: Stage,
}

#[derive(Clone, Copy)]
enum Stage {
    Asked,
    Claimed,
    Running,
    Ended,
}

/// What a key that somebody holds means for a call with these arguments.
fn held(record: &[u8], arguments: &str) -> Result<Output, Refusal> {
    let foreign = |error| {
        let error = StoreError::new(format!("a claim does not read: {error}"));
        Refusal::StoreAway(STEP, error)
    };
    let record: Record = serde_json::from_slice(record).map_err(foreign)?;
    match record.state {
        _ if record.arguments != arguments => Err(Refused::Conflict.into()),
        State::Running => Err(Refused::InProgress.into()),
        State::Unknown => Err(Refused::Unknown.into()),
        State::Done(output) => Ok(Output::from_json(output.get().as_bytes()).map_err(foreign)?),
    }
}

fn record(arguments: &str, state: State) -> Bytes {
    let arguments = arguments.to_owned();
    let record = serde_json::to_vec(&Record { arguments, state });
    // Texts and JSON always serialise.
    Bytes::from(record.unwrap_or_default())
}

impl Ours {
    fn new(call: &Call, key: &str, keep: Duration) -> Self {
        let mut scope = Material::new();
        scope.text(&call.tool.name);
        scope.caller(call.caller.as_deref());
        scope.text(key);
        let mut arguments = Material::new();
        arguments.arguments(call, &Arguments::new(&call.tool, &[]));
        Self {
            store: Arc::clone(&call.server.store),
            aftermath: call.server.aftermath.clone(),
            key: scope.key(call.server.keys.key("idempotency")),
            arguments: format!(
                "{:032x}",
                arguments.key(call.server.keys.key("arguments")).0
            ),
            keep,
            stage: Stage::Asked,
        }
    }

    async fn claim(mut self) -> Result<Claimed, Refusal> {
        let running = record(&self.arguments, State::Running);
        let claim = self.store.claim(self.key, running, self.keep).await;
        match claim.map_err(Refusal::store_away(STEP))? {
            Claim::Granted => {
                self.stage = Stage::Claimed;
                Ok(Claimed::Ours(self))
            }
            Claim::Held(record) => held(&record, &self.arguments).map(Claimed::Done),
        }
    }

    /// Writes down what the call came to; nothing at all gives the key back.
    async fn end(mut self, state: Option<State>) {
        self.stage = Stage::Ended;
        let write = self.write(state);
        match self.store.is_local() {
            true => write.await,
            // A client that goes away now must not keep the outcome from being written. The task reports its own failure.
            false => drop(self.aftermath.spawn(write).await),
        }
    }

    fn write(&self, state: Option<State>) -> impl Future<Output = ()> + Send + 'static {
        let (store, key, keep) = (Arc::clone(&self.store), self.key, self.keep);
        let record = state.map(|state| record(&self.arguments, state));
        async move {
            let written = match record {
                Some(record) => store.settle(key, record, keep).await,
                None => store.release(key).await,
            };
            if let Err(error) = written {
                tracing::warn!(%error, "an idempotency key stays claimed: what its call came to cannot be written down");
            }
        }
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        let state = match self.stage {
            Stage::Asked | Stage::Ended => return,
            Stage::Claimed => None,
            Stage::Running => Some(State::Unknown),
        };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            self.aftermath.spawn_on(self.write(state), &runtime);
        }
    }
}
