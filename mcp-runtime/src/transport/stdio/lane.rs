//! Plain calls on stdin: read by the task that reads, run in a task each, and answered past rmcp's loop, which would parse each line into
//! its whole model and carry each answer through a channel and another task.
//!
//! Open once a session is. What the session's revision makes of a line that is no plain call is rmcp's to say.

use std::sync::Arc;

use rmcp::model::{InitializeRequestParams, ProtocolVersion};
use tokio_util::sync::CancellationToken;

use super::output::Attached;
use super::pending::{Open, Pending};
use crate::call::{Origin, id_text};
use crate::client::ClientInfo;
use crate::corridor::{self, Request};
use crate::kind::Kind;
use crate::policy::gate::{self, Found};
use crate::server::Core;
use crate::server::quiet::Introduction;
use crate::server::written::Writer;
use crate::transport::message::Refusal;
use crate::transport::plain::Plain;

/// The lane of one session.
#[derive(Debug)]
pub(super) struct Lane {
    writer: Writer,
    /// What the client said of itself in the handshake. Without one, each request says it.
    introduction: Option<Arc<Introduction>>,
    /// Cancelled with the connection.
    over: CancellationToken,
}

/// What becomes of a line.
pub(super) enum Taken {
    /// It is being answered.
    Yes,
    /// It is no plain call.
    No,
    /// Another request in flight has its id.
    Refused(Refusal),
}

impl Lane {
    /// `None` where a handshake named the revision that has none. Whether a call can be more than it seems is known of each tool.
    pub(super) fn open(
        server: &Arc<Core>,
        handshake: Option<Arc<InitializeRequestParams>>,
        over: CancellationToken,
    ) -> Option<Self> {
        let introduction = handshake.map(|said| Introduction {
            version: said.protocol_version.clone(),
            capabilities: said.capabilities.clone(),
            info: Some(ClientInfo {
                name: said.client_info.name.clone(),
                version: said.client_info.version.clone(),
            }),
        });
        let odd = introduction.as_ref().is_some_and(Introduction::is_current);
        (!odd).then(|| Self {
            writer: Writer::new(server),
            introduction: introduction.map(Arc::new),
            over,
        })
    }

    /// Takes a line that is a plain call and nothing else.
    pub(super) async fn take(
        &self,
        line: &[u8],
        pending: &Arc<Pending>,
        output: &Attached,
    ) -> Taken {
        let Some((plain, client, found)) = self.admit(line) else {
            return Taken::No;
        };
        let cancelled = self.over.child_token();
        let owed = Open::Owed(Some(cancelled.clone()));
        if !pending.open(&plain.id, owed).await {
            return Taken::Refused(Refusal::id_in_use(&plain.id));
        }
        let Some(output) = output.output() else {
            return Taken::Yes;
        };
        let current = client.is_current();
        let tool = Arc::clone(&found.tool().name);
        let request = Request {
            kind: Kind::Tool,
            tool: Arc::clone(&tool),
            found: Some(found),
            arguments: plain.arguments,
            caller: self.writer.server().principal.clone(),
            origin: Origin {
                request_id: id_text(&plain.id),
                trace: plain.meta.trace.flatten(),
                client,
                ip: None,
                cancelled,
                input_responses: None,
                request_state: None,
                task: None,
            },
        };
        let (writer, pending, id) = (self.writer.clone(), Arc::clone(pending), plain.id);
        tokio::spawn(async move {
            let reply = corridor::call(writer.server(), request).await;
            let mut line = writer.write(reply, &tool, &id, current).json;
            line.push(b'\n');
            let Ok(room) = output.room().await else {
                return;
            };
            // In this order and without a pause, as in `send`. What was cancelled is not pending any more, and has no answer.
            if pending.remove(&id) {
                room.fill(line);
            }
        });
        Taken::Yes
    }

    fn admit(&self, line: &[u8]) -> Option<(Plain, Arc<Introduction>, Found)> {
        let plain = Plain::read(line)?;
        let server = self.writer.server();
        let found = gate::open(server, Kind::Tool, &plain.tool, server.principal.as_deref())?;
        let tool = found.tool();
        let client = match (&self.introduction, plain.meta.is_versioned()) {
            (None, true) => plain.meta.introduction()?,
            (Some(introduction), false) if !plain.meta.says_who() => Arc::clone(introduction),
            _ => return None,
        };
        // In the older revisions a question is asked while the call runs.
        let fits = match self.introduction {
            None => client.version == ProtocolVersion::V_2026_07_28,
            Some(_) => tool.policies.confirm.is_none(),
        };
        let plainly = tool.plain && fits && !client.capabilities.supports_tasks();
        plainly.then_some((plain, client, found))
    }
}
