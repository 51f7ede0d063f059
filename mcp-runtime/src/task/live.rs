//! A call that may become a task, and the task it becomes. The tool's questions come here, and so do the client's answers.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use serde_json::{Map, Value};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::ledger::{Place, TooMany};
use super::{Record, State, key, owner};
use crate::ask::fits;
use crate::call::Call;
use crate::client::{Capability, Client, ClientInfo, LogLevel};
use crate::error::ToolError;
use crate::rounds::Question;
use crate::server::Core;
use crate::store::{Claim, Key, StoreError};

/// How long a result is kept at least, however late it comes.
const AT_LEAST: Duration = Duration::from_secs(60);

/// How often a task's end is tried to be written down, once a second: the store may be away just then, and nobody can do the work again.
const TRIES: u32 = 30;

/// A call that may become a task.
pub(crate) struct Live {
    /// To reach itself by from the ledger.
    own: Weak<Self>,
    server: Arc<Core>,
    client: Arc<dyn Client>,
    id: String,
    cancelled: CancellationToken,
    begun: CancellationToken,
    state: Mutex<Current>,
    /// Held while the record is written, so that the store gets its versions in order.
    writing: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Current {
    place: Option<(Key, Duration, Place)>,
    key: Option<Key>,
    record: Option<Record>,
    open: BTreeMap<String, (Question, oneshot::Sender<Value>)>,
    answers: Map<String, Value>,
}

impl Live {
    pub(crate) fn new(
        server: Arc<Core>,
        client: Arc<dyn Client>,
        cancelled: CancellationToken,
    ) -> Arc<Self> {
        Arc::new_cyclic(|own| Self {
            own: own.clone(),
            server,
            client,
            id: format!("{:032x}", rand::random::<u128>()),
            cancelled,
            begun: CancellationToken::new(),
            state: Mutex::default(),
            writing: tokio::sync::Mutex::default(),
        })
    }

    pub(super) fn reserve(&self, call: &Call) -> Result<(), TooMany> {
        let Some(task) = call.tool.policies.declared.task else {
            return Ok(());
        };
        let (key, owner) = (
            key(&self.server, call.caller.as_deref(), &self.id),
            owner(&self.server, call.caller.as_deref()),
        );
        let place = self.server.tasks.reserve(key, owner, task.ttl)?;
        self.state.lock().place = Some((key, task.ttl, place));
        Ok(())
    }

    /// The call is a task from here on. It is in the store before anybody hears of it.
    pub(super) async fn begin(&self, call: &Call) -> Result<(), StoreError> {
        let _writing = self.writing.lock().await;
        let Some((key, ttl, place)) = self.state.lock().place.take() else {
            return Ok(());
        };
        let now = call.server.clock.now();
        let record = Record {
            id: self.id.clone(),
            created: now,
            updated: now,
            ttl,
            message: None,
            state: State::Working,
        };
        let claimed = self.server.store.claim(key, bytes(&record)?, ttl).await?;
        if claimed != Claim::Granted {
            return Err(StoreError::new("a new task's id is taken"));
        }
        let mut state = self.state.lock();
        state.record = Some(record);
        state.key = Some(key);
        drop(state);
        if let Some(own) = self.own.upgrade() {
            place.keep(own);
        }
        call.watch.begin_task();
        self.begun.cancel();
        Ok(())
    }

    /// Whether the call is a task by now.
    pub(crate) fn is_begun(&self) -> bool {
        self.begun.is_cancelled()
    }

    /// Becomes ready when the call is a task.
    pub(crate) async fn begun(&self) {
        self.begun.cancelled().await;
    }

    /// The task as it is now, once it has begun.
    pub(crate) fn record(&self) -> Option<Record> {
        let current = self.state.lock();
        let mut record = current.record.clone()?;
        if !record.state.is_terminal() && !current.open.is_empty() {
            let open = current.open.iter();
            let asked = open.map(|(key, (question, _))| (key.clone(), question.into()));
            record.state = State::InputRequired(asked.collect());
        }
        Some(record)
    }

    /// Says in words what the task is doing.
    pub(super) fn describe(&self, message: String) {
        let now = self.server.clock.now();
        if let Some(record) = &mut self.state.lock().record {
            record.message = Some(message);
            record.updated = now;
        }
    }

    pub(crate) fn cancel(&self) {
        self.cancelled.cancel();
    }

    /// Hands the client's answers to whoever asked.
    pub(super) async fn answer(&self, answers: Map<String, Value>) -> Result<(), StoreError> {
        let now = self.server.clock.now();
        {
            let mut current = self.state.lock();
            for (key, answer) in answers {
                let asked = current.open.get(&key);
                if asked.is_none_or(|(question, _)| !fits(question.method, &answer)) {
                    continue;
                }
                if let Some((_, asker)) = current.open.remove(&key) {
                    current.answers.insert(key, answer.clone());
                    // Whoever asked may have turned to something else.
                    let _ = asker.send(answer);
                }
            }
            if let Some(record) = &mut current.record {
                record.updated = now;
            }
        }
        self.write().await
    }

    /// The task has ended: what it came to is kept for as long as was promised, and long enough to be fetched.
    pub(crate) async fn end(&self, state: State) {
        let now = self.server.clock.now();
        let keep = {
            let mut current = self.state.lock();
            current.open.clear();
            let Some(record) = &mut current.record else {
                return;
            };
            record.state = state;
            record.updated = now;
            kept_for(record, now)
        };
        let mut written = self.write().await;
        for _ in 1..TRIES {
            if written.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
            written = self.write().await;
        }
        let Some(key) = self.state.lock().key else {
            return;
        };
        if let Err(error) = written {
            tracing::error!(%error, "what a task came to cannot be written down");
        }
        self.server.tasks.end(key, keep);
    }

    /// Brings the store up to date.
    async fn write(&self) -> Result<(), StoreError> {
        let _writing = self.writing.lock().await;
        let (Some(record), Some(key)) = (self.record(), self.state.lock().key) else {
            return Ok(());
        };
        let keep = kept_for(&record, self.server.clock.now());
        self.server.store.settle(key, bytes(&record)?, keep).await
    }
}

fn kept_for(record: &Record, now: Duration) -> Duration {
    (record.created + record.ttl)
        .saturating_sub(now)
        .max(AT_LEAST)
}

fn bytes(record: &Record) -> Result<Bytes, StoreError> {
    let json = serde_json::to_vec(record);
    json.map(Bytes::from)
        .map_err(|error| StoreError::new(format!("a task does not serialise: {error}")))
}

/// What the tool meets as its client: the request's own until the call is a task, and the task then.
impl Client for Live {
    fn info(&self) -> Option<ClientInfo> {
        self.client.info()
    }

    fn protocol_version(&self) -> &str {
        self.client.protocol_version()
    }

    fn can(&self, capability: Capability) -> bool {
        self.client.can(capability)
    }

    fn asks_in_rounds(&self) -> bool {
        !self.is_begun() && self.client.asks_in_rounds()
    }

    fn ask<'a>(
        &'a self,
        key: &'a str,
        question: Question,
    ) -> BoxFuture<'a, Result<Value, ToolError>> {
        Box::pin(async move {
            if !self.is_begun() {
                return self.client.ask(key, question).await;
            }
            let (asker, answered) = oneshot::channel();
            {
                let mut current = self.state.lock();
                if let Some(answer) = current.answers.get(key) {
                    // Another attempt at the same tool: nobody is asked twice.
                    return Ok(answer.clone());
                }
                if current.open.contains_key(key) {
                    let text = format!("two questions are open under the key `{key}`");
                    return Err(ToolError::internal(text));
                }
                if let Some(record) = &mut current.record {
                    record.updated = self.server.clock.now();
                }
                current.open.insert(key.to_owned(), (question, asker));
            }
            let _open = Open { live: self, key };
            self.write().await?;
            Ok(answered.await?)
        })
    }

    fn release(&self) {
        self.client.release();
    }

    fn progress<'a>(
        &'a self,
        done: f64,
        total: Option<f64>,
        message: Option<String>,
    ) -> BoxFuture<'a, ()> {
        if !self.is_begun() {
            return self.client.progress(done, total, message);
        }
        let message = message.unwrap_or_else(|| match total {
            Some(total) => format!("{done} of {total}"),
            None => done.to_string(),
        });
        self.describe(message);
        Box::pin(async {})
    }

    fn log<'a>(&'a self, level: LogLevel, logger: &'a str, data: Value) -> BoxFuture<'a, ()> {
        match self.is_begun() {
            // The request is over, and with it the stream that it came on.
            true => Box::pin(async {}),
            false => self.client.log(level, logger, data),
        }
    }
}

/// A question that is open for as long as somebody waits for its answer.
struct Open<'a> {
    live: &'a Live,
    key: &'a str,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.live.state.lock().open.remove(self.key);
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live")
            .field("id", &self.id)
            .field("begun", &self.is_begun())
            .finish_non_exhaustive()
    }
}
