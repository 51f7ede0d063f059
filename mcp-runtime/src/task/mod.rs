//! Calls that go on after their request: `task = "optional"` (MCP, the Tasks extension, `io.modelcontextprotocol/tasks`).
//!
//! A call goes through all the stages of any call, once, in a tokio task of its own. Where it would run the tool it becomes a task instead: it is
//! written down in the store, the client gets its handle, and the stages go on. What ends before that is answered as ever.
//!
//! Refuses callers that have too many tasks already. Keeps a [`Ledger`] of what runs and what is kept; a task is found by its id and its caller
//! together, so that to anybody else it does not exist.

mod handle;
mod ledger;
mod live;
mod record;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

pub use self::handle::Task;
pub(crate) use self::ledger::{Ledger, TooMany};
pub(crate) use self::live::Live;
pub(crate) use self::record::{Record, State};
use crate::call::{Call, Origin};
use crate::client::Capability;
use crate::error::Refusal;
use crate::policy::material::Material;
use crate::principal::Principal;
use crate::server::Core;
use crate::server::registry::Mounted;
use crate::store::{Key, StoreError};

/// How often a client may ask, as it is told.
pub(crate) const POLL: Duration = Duration::from_secs(1);

/// Why there is no answer about a task.
#[derive(Debug)]
pub(crate) enum Missing {
    /// There is none of this id, or it is somebody else's.
    Unknown,
    /// Another server that shares the store runs it, or did until it stopped.
    Elsewhere,
    StoreAway(StoreError),
}

impl From<StoreError> for Missing {
    fn from(error: StoreError) -> Self {
        Self::StoreAway(error)
    }
}

/// Refuses clients that cannot poll, where the tool is never waited for.
pub(crate) fn admit(tool: &Mounted, origin: &Origin) -> Result<(), Refusal> {
    match tool.policies.declared.task {
        Some(task) if task.required && origin.task.is_none() => {
            Err(Refusal::Lacks(Capability::Tasks))
        }
        _ => Ok(()),
    }
}

/// Takes a place for the task that a call may become: before anything is charged.
pub(crate) fn reserve(call: &Call) -> Result<(), Refusal> {
    match &call.origin.task {
        Some(live) => Ok(live.reserve(call)?),
        None => Ok(()),
    }
}

/// Makes the call a task, where it is to be one and the tool does not say itself when.
pub(crate) async fn begin(call: &Call) -> Result<(), Refusal> {
    match &call.origin.task {
        Some(live) if !call.tool.begins_task() => {
            let begun = live.begin(call).await;
            begun.map_err(Refusal::store_away("task"))
        }
        _ => Ok(()),
    }
}

/// What became of a task so far.
pub(crate) async fn get(
    server: &Core,
    caller: Option<&Principal>,
    id: &str,
) -> Result<Record, Missing> {
    let key = key(server, caller, id);
    match server.tasks.running(key) {
        Some(live) => live.record().ok_or(Missing::Unknown),
        None => kept(server, key).await?.ok_or(Missing::Unknown),
    }
}

/// Hands answers to the questions of a task. Those to questions that nobody asked, or that do not have the form of an answer, count for nothing.
pub(crate) async fn update(
    server: &Core,
    caller: Option<&Principal>,
    id: &str,
    answers: Map<String, Value>,
) -> Result<(), Missing> {
    match here(server, caller, id).await? {
        Some(live) => Ok(live.answer(answers).await?),
        None => Ok(()),
    }
}

/// Stops a task; one that has ended stays as it ended.
pub(crate) async fn cancel(
    server: &Core,
    caller: Option<&Principal>,
    id: &str,
) -> Result<(), Missing> {
    if let Some(live) = here(server, caller, id).await? {
        live.cancel();
    }
    Ok(())
}

/// The running task of this id, or none if it has ended.
async fn here(
    server: &Core,
    caller: Option<&Principal>,
    id: &str,
) -> Result<Option<Arc<Live>>, Missing> {
    let key = key(server, caller, id);
    if let Some(live) = server.tasks.running(key) {
        return Ok(Some(live));
    }
    match kept(server, key).await? {
        None => Err(Missing::Unknown),
        Some(record) if record.state.is_terminal() => Ok(None),
        Some(_) => Err(Missing::Elsewhere),
    }
}

async fn kept(server: &Core, key: Key) -> Result<Option<Record>, StoreError> {
    let held = server.store.held(key).await?;
    let record = held.map(|bytes| serde_json::from_slice(&bytes));
    record
        .transpose()
        .map_err(|error| StoreError::new(format!("a task does not read: {error}")))
}

/// Where a task is kept: nobody but its caller knows the place.
fn key(server: &Core, caller: Option<&Principal>, id: &str) -> Key {
    let mut material = Material::new();
    material.caller(caller);
    material.text(id);
    material.key(server.keys.key("task"))
}

/// Whose tasks are counted together.
fn owner(server: &Core, caller: Option<&Principal>) -> Key {
    let mut material = Material::new();
    material.caller(caller);
    material.key(server.keys.key("task owner"))
}
