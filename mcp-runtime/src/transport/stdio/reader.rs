//! What stdin says, line by line: plain calls to the lane, other messages to rmcp, refusals back to the client.

use std::future::poll_fn;
use std::sync::{Arc, OnceLock};
use std::task::Poll;

use rmcp::model::{
    ClientJsonRpcMessage, ClientNotification, ClientRequest, JsonRpcMessage, JsonRpcRequest,
};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::mpsc;

use super::lane::{Lane, Taken};
use super::line;
use super::lines::{Line, Lines};
use super::output::{Attached, Gone};
use super::pending::{Open, Pending};
use super::streams::{Incoming, READ_BYTES};
use crate::transport::message::{self, Refusal};

/// The longest message, in bytes. A client that never ends its line must not take all memory.
const LINE_BYTES: usize = 16 * 1024 * 1024;

/// Hands on what is read.
pub(super) struct Reader {
    pub(super) messages: mpsc::Sender<ClientJsonRpcMessage>,
    pub(super) refusals: Attached,
    pub(super) pending: Arc<Pending>,
    pub(super) lane: Arc<OnceLock<Lane>>,
}

impl Reader {
    /// Reads to the end, or until nobody takes what is read.
    pub(super) async fn run(self, from: Incoming) {
        // Either way nothing is left to do.
        let _ = self.read(from).await;
    }

    async fn read(&self, mut from: Incoming) -> Result<(), Gone> {
        let mut lines = Lines::new(LINE_BYTES);
        let several = Handle::current().runtime_flavor() != RuntimeFlavor::CurrentThread;
        loop {
            let mut bytes = match from.next().await {
                Ok(bytes) => bytes,
                Err(error) => {
                    tracing::warn!(%error, "stdin cannot be read");
                    return Ok(());
                }
            };
            if bytes.is_empty() {
                break;
            }
            let more = bytes.len() == READ_BYTES;
            while let Some(line) = lines.next(&mut bytes) {
                self.hand_on(line).await?;
            }
            if more || several {
                stand_in_line().await;
            }
        }
        match lines.last() {
            Some(line) => self.hand_on(line).await,
            None => Ok(()),
        }
    }

    async fn hand_on(&self, line: Line<'_>) -> Result<(), Gone> {
        let line = match line {
            Line::Whole(line) => line,
            Line::TooLong(line) => return self.refuse(&Refusal::too_long(line, LINE_BYTES)).await,
        };
        if let Some(lane) = self.lane.get() {
            match lane.take(line, &self.pending, &self.refusals).await {
                Taken::Yes => return Ok(()),
                Taken::Refused(refusal) => return self.refuse(&refusal).await,
                Taken::No => {}
            }
        }
        match message::read(line) {
            message::Read::Nothing => Ok(()),
            message::Read::Message(message) => self.deliver(*message).await,
            message::Read::Refused(refusals) => {
                for refusal in &refusals {
                    self.refuse(refusal).await?;
                }
                Ok(())
            }
        }
    }

    /// To rmcp.
    async fn deliver(&self, message: ClientJsonRpcMessage) -> Result<(), Gone> {
        if let JsonRpcMessage::Request(request) = &message
            && !self.pending.open(&request.id, owed(request)).await
        {
            return self.refuse(&Refusal::id_in_use(&request.id)).await;
        }
        if let JsonRpcMessage::Notification(notification) = &message
            && let ClientNotification::CancelledNotification(cancelled) = &notification.notification
            && let Some(id) = &cancelled.params.request_id
        {
            self.pending.cancel(id);
        }
        self.messages.send(message).await.map_err(|_| Gone)
    }

    async fn refuse(&self, refusal: &Refusal) -> Result<(), Gone> {
        self.refusals.send(line(refusal)).await
    }
}

/// Lets what was read have its turn before anything else is read.
///
/// A runtime of several threads wakes one more for what stands in line. That one waits for the client's next message, a cancellation say, also
/// where a tool keeps the thread that it runs on; tokio's own `yield_now` would stay on that thread.
async fn stand_in_line() {
    let mut stood = false;
    poll_fn(|context| {
        if std::mem::replace(&mut stood, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// What is owed for a request that goes to rmcp.
fn owed(request: &JsonRpcRequest<ClientRequest>) -> Open {
    match request.request {
        // It has no end to wait for.
        ClientRequest::SubscriptionsListenRequest(_) => Open::Endless,
        _ => Open::Owed(None),
    }
}
