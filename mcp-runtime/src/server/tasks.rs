//! Tasks on the wire: a call that may become one, and the three requests about those that have.

use std::sync::Arc;

use rmcp::ErrorData;
use rmcp::model::{
    CreateTaskResult, DetailedTask, GetTaskResult, InputRequests, JsonObject, Task, TaskPayload,
};
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::{Core, wire};
use crate::corridor::{self, Request};
use crate::error::{Reply, incident_id};
use crate::principal::Principal;
use crate::task::{self, Live, Missing, POLL, Record, State};

/// What comes back to the request that called.
pub(super) enum Called {
    Replied(Reply),
    /// The call goes on, and is to be polled for.
    Begun(CreateTaskResult),
}

/// Calls a tool for a client that can poll.
pub(super) async fn call(core: &Arc<Core>, mut request: Request) -> Called {
    let tool = core.tools().find(&request.tool);
    if tool.is_none_or(|tool| tool.policies.declared.task.is_none()) {
        return Called::Replied(corridor::call(core, request).await);
    }
    // The request's own token is cancelled with the request, which a task outlives.
    let gone = std::mem::replace(&mut request.origin.cancelled, CancellationToken::new());
    let cancelled = request.origin.cancelled.clone();
    let client = Arc::clone(&request.origin.client);
    let live = Live::new(Arc::clone(core), client, cancelled.clone());
    request.origin.client = Arc::clone(&live) as _;
    request.origin.task = Some(Arc::clone(&live));
    let until_handed_over = cancelled.clone().drop_guard();
    let run = run(Arc::clone(core), request, Arc::clone(&live));
    let mut running = tokio::spawn(run.in_current_span());
    let replied = loop {
        tokio::select! {
            biased;
            () = live.begun() => break None,
            replied = &mut running => break Some(replied),
            () = gone.cancelled(), if !cancelled.is_cancelled() => cancelled.cancel(),
        }
    };
    match (replied, live.record()) {
        (Some(Ok(Some(reply))), _) => Called::Replied(reply),
        (_, Some(mut record)) => {
            if !record.state.is_terminal() {
                // What it asks, if it does so already, is said to whoever polls.
                record.state = State::Working;
            }
            until_handed_over.disarm();
            let mut result = CreateTaskResult::new(base(&record));
            result.meta = Some(wire::server_meta(&core.identity));
            Called::Begun(result)
        }
        // The tokio task was dropped: nothing runs any more.
        _ => Called::Replied(Reply::Cancelled),
    }
}

/// The whole call. What it comes to goes to the request, or to the task that it became.
async fn run(core: Arc<Core>, request: Request, live: Arc<Live>) -> Option<Reply> {
    let ttl = core
        .tools()
        .find(&request.tool)
        .and_then(|tool| Some(tool.policies.declared.task?.ttl))
        .unwrap_or_default();
    let overdue = async {
        live.begun().await;
        tokio::time::sleep(ttl).await;
    };
    let mut call = std::pin::pin!(corridor::call(&core, request));
    let (reply, expired) = tokio::select! {
        biased;
        reply = &mut call => (reply, false),
        () = overdue => {
            live.cancel();
            (call.await, true)
        }
    };
    if !live.is_begun() {
        return Some(reply);
    }
    let state = match reply {
        Reply::Cancelled if expired => failed(&ErrorData::internal_error(
            "the task was not done in the time it is kept for",
            None,
        )),
        reply => state(&core, reply),
    };
    live.end(state).await;
    None
}

/// What a task came to. An error of the tool's is a result; `failed` is for what would be an error of the protocol's, and for faults of ours (the
/// Tasks extension, "Task Status").
fn state(core: &Core, reply: Reply) -> State {
    let result = match reply {
        Reply::Output(output) => wire::result(output, &core.identity),
        Reply::Failure(failure) if failure.code == "internal" => {
            return failed(&ErrorData::internal_error(
                failure.text(),
                Some(failure.object()),
            ));
        }
        Reply::Failure(failure) => wire::failure(&failure, &core.identity),
        Reply::Cancelled => return State::Cancelled,
        Reply::Lacks(capability) => return failed(&wire::lacks(capability)),
        Reply::UnknownTool | Reply::BrokenState | Reply::InputRequired(_) => {
            return failed(&ErrorData::internal_error("internal error", None));
        }
    };
    State::Completed(object(&result))
}

fn failed(error: &ErrorData) -> State {
    State::Failed(object(error))
}

fn object(value: &impl serde::Serialize) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(object)) => object,
        _ => JsonObject::new(),
    }
}

pub(super) async fn get(
    core: &Core,
    caller: Option<&Principal>,
    id: &str,
) -> Result<GetTaskResult, ErrorData> {
    let record = task::get(core, caller, id).await.map_err(missing)?;
    let task = base(&record);
    let payload = match record.state {
        State::Working => TaskPayload::Working,
        State::InputRequired(asked) => TaskPayload::InputRequired {
            input_requests: serde_json::from_value::<InputRequests>(json!(asked))
                .map_err(|error| internal("a question is not in the protocol's form", &error))?,
        },
        State::Completed(result) => TaskPayload::Completed { result },
        State::Failed(error) => TaskPayload::Failed { error },
        State::Cancelled => TaskPayload::Cancelled,
    };
    let mut result = GetTaskResult::new(DetailedTask::new(task, payload));
    result.meta = Some(wire::server_meta(&core.identity));
    Ok(result)
}

pub(super) async fn update(
    core: &Core,
    caller: Option<&Principal>,
    id: &str,
    answers: Map<String, Value>,
) -> Result<(), ErrorData> {
    task::update(core, caller, id, answers)
        .await
        .map_err(missing)
}

pub(super) async fn cancel(
    core: &Core,
    caller: Option<&Principal>,
    id: &str,
) -> Result<(), ErrorData> {
    task::cancel(core, caller, id).await.map_err(missing)
}

/// What every answer about a task has.
fn base(record: &Record) -> Task {
    let status = match record.state {
        State::Working => rmcp::model::TaskStatus::Working,
        State::InputRequired(_) => rmcp::model::TaskStatus::InputRequired,
        State::Completed(_) => rmcp::model::TaskStatus::Completed,
        State::Failed(_) => rmcp::model::TaskStatus::Failed,
        State::Cancelled => rmcp::model::TaskStatus::Cancelled,
    };
    let time = |since_1970: std::time::Duration| {
        let millis = i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX);
        let time = jiff::Timestamp::from_millisecond(millis).unwrap_or(jiff::Timestamp::MAX);
        time.to_string()
    };
    let millis = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let (created, updated) = (time(record.created), time(record.updated));
    let mut task = Task::new(record.id.clone(), status, created, updated)
        .with_ttl_ms(millis(record.ttl))
        .with_poll_interval_ms(millis(POLL));
    task.status_message.clone_from(&record.message);
    task
}

fn missing(missing: Missing) -> ErrorData {
    match missing {
        // The same for one that never was, one whose time is over, and somebody else's.
        Missing::Unknown => ErrorData::invalid_params("there is no such task", None),
        Missing::Elsewhere => ErrorData::internal_error(
            "another server runs this task: requests about it must reach that one",
            None,
        ),
        Missing::StoreAway(error) => internal("the store of tasks is away", &error),
    }
}

fn internal(what: &str, error: &dyn std::error::Error) -> ErrorData {
    let id = incident_id();
    tracing::error!(%id, %error, "{what}");
    ErrorData::internal_error(format!("internal error (id {id})"), None)
}
