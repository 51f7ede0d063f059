//! The server on stdin and stdout, for a client that started it.
//!
//! Each line that comes in is answered, if it carries an id: what is not a message of MCP with an error that says why. At the
//! end of stdin the calls in flight are answered, and the server stops.
//!
//! stdin and stdout are read and written by threads of their own. A read cannot be taken back, so tokio's own stdin would keep
//! a runtime from ending until the client writes once more; these threads end with the process.

mod lane;
mod lines;
mod output;
mod own;
mod pending;

use std::future::Future;
use std::io::{self, BufReader, Read, Write};
use std::sync::{Arc, OnceLock};
use std::thread;

use futures_util::future::BoxFuture;
use rmcp::model::{
    ClientJsonRpcMessage, ClientNotification, ClientRequest, JsonRpcMessage, JsonRpcRequest,
    ServerJsonRpcMessage,
};
use rmcp::service::{RoleServer, ServerInitializeError};
use rmcp::transport::Transport;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use self::lane::{Lane, Taken};
use self::lines::{Line, Lines};
use self::output::{Attached, Fate, Gone, Output};
use self::pending::{Open, Pending};
use crate::error::{Result, ServerError};
use crate::server::handler::Handler;
use crate::server::lifecycle::Lifecycle;
use crate::server::{Core, Server};
use crate::transport::message::{self, Refusal};

/// The longest message, in bytes. A client that never ends its line must not take all memory.
const LINE_BYTES: usize = 16 * 1024 * 1024;

/// What is read from stdin at once.
const READ_BYTES: usize = 64 * 1024;

/// Messages read ahead of the server.
const READ_AHEAD: usize = 64;

impl Server {
    /// Serves this process's stdin and stdout, for a client that started it, until stdin ends or a signal comes.
    ///
    /// - Each line that carries an id is answered. What is not JSON gets error -32700, what is no request of MCP -32600, with the id
    ///   as far as it can be read. Lines of more than 16 MiB are skipped and answered like that too. Batches are no part of MCP: each request
    ///   in one is told so.
    /// - Cancelled requests and notifications get no answer, and a broken answer gets none either.
    /// - Of more than 16,384 requests in flight the next one waits to be read. A client that sends so many must read answers meanwhile.
    /// - At the end of stdin the calls in flight are answered, within the [`drain`](Self::drain) time. When stdout is closed
    ///   nobody reads, so they are cancelled.
    /// - Only messages go to stdout, one a line: whatever else this process prints from here on goes to stderr, and whatever else reads from
    ///   stdin finds its end. It stays so when the server has stopped. That is on Unix; elsewhere nothing in the process may use either.
    ///
    /// # Errors
    /// Why the server does not start, and calls that had to be cut off at the end.
    pub fn serve_stdio(self) -> BoxFuture<'static, Result<()>> {
        Box::pin(async {
            let core = self.build()?;
            core.say_withheld();
            let (stdin, stdout) = own::streams().map_err(cannot)?;
            let transport = converse(Arc::clone(&core), stdin, stdout);
            Lifecycle::run(&core, transport).await
        })
    }
}

fn cannot(error: io::Error) -> ServerError {
    ServerError::because("cannot serve stdin and stdout", error)
}

async fn converse(
    server: Arc<Core>,
    input: impl Read + Send + 'static,
    output: impl Write + Send + 'static,
) -> Result<()> {
    let (output, fate) = Output::open(output).map_err(cannot)?;
    let connection = Connection::open(input, output).map_err(cannot)?;
    let stop = CancellationToken::new();
    let ending = async {
        end(&server.lifecycle, &connection, &fate).await;
        stop.cancel();
        // What the session still has to write is waited for below.
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = session(&server, &connection, &stop) => {}
        () = ending => {}
    }
    drop(connection);
    fate.done.cancelled().await;
    Ok(())
}

/// Waits for whatever ends the connection, and until every request is answered or out of time.
async fn end(lifecycle: &Lifecycle, connection: &Connection, fate: &Fate) {
    let answered = async {
        tokio::select! {
            () = lifecycle.closed() => {}
            () = connection.ended.cancelled() => {}
        }
        // At the end of stdin the door stays open for now: what was read last may not have reached its tool.
        let answered = connection.pending.emptied();
        let _ = tokio::time::timeout_at(lifecycle.deadline(), answered).await;
        lifecycle.close();
        lifecycle.drained().await;
    };
    tokio::select! {
        () = answered => {}
        // No answer will be read, so none is waited for.
        () = fate.broken.cancelled() => lifecycle.close(),
    }
}

/// Hands the connection to rmcp, again where it gives up on a client for its first message: that one may yet send a better one.
async fn session(server: &Arc<Core>, connection: &Connection, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        let handler = Handler::local(Arc::clone(server));
        let (lane, stopped) = (Arc::clone(&connection.lane), stop.child_token());
        let (connection, stop) = (connection.clone(), stop.child_token());
        match rmcp::service::serve_server_with_ct(handler, connection, stop).await {
            Ok(running) => {
                if let Some(open) = Lane::open(server, running.peer().peer_info(), stopped) {
                    // There is one session, and nobody else opens its lane.
                    let _ = lane.set(open);
                }
                if let Err(error) = running.waiting().await {
                    tracing::error!(%error, "the session ended in a panic");
                }
                return;
            }
            // Its text would repeat the client's message.
            Err(ServerInitializeError::ExpectedInitializeRequest(_)) => {
                tracing::debug!("a message before the first request, left out");
            }
            Err(error) => tracing::debug!(%error, "no session yet"),
        }
    }
}

/// One connection as rmcp sees it. Clones are the same connection.
#[derive(Debug, Clone)]
struct Connection {
    output: Output,
    incoming: Arc<tokio::sync::Mutex<mpsc::Receiver<ClientJsonRpcMessage>>>,
    pending: Arc<Pending>,
    /// For plain calls, once there is a session.
    lane: Arc<OnceLock<Lane>>,
    /// Cancelled when stdin has ended and all that came before has been received.
    ended: CancellationToken,
}

impl Connection {
    /// Starts the thread that reads.
    fn open(input: impl Read + Send + 'static, output: Output) -> io::Result<Self> {
        let (sender, incoming) = mpsc::channel(READ_AHEAD);
        let pending = Arc::new(Pending::default());
        let lane = Arc::new(OnceLock::new());
        let reader = Reader {
            lines: Lines::new(BufReader::with_capacity(READ_BYTES, input), LINE_BYTES),
            messages: sender,
            refusals: output.attach(),
            pending: Arc::clone(&pending),
            lane: Arc::clone(&lane),
        };
        thread::Builder::new()
            .name("mcp-stdin".to_owned())
            .spawn(move || reader.run())?;
        Ok(Self {
            output,
            incoming: Arc::new(tokio::sync::Mutex::new(incoming)),
            pending,
            lane,
            ended: CancellationToken::new(),
        })
    }
}

impl Transport<RoleServer> for Connection {
    type Error = Gone;

    fn send(
        &mut self,
        message: ServerJsonRpcMessage,
    ) -> impl Future<Output = Result<(), Gone>> + Send + 'static {
        let (output, pending) = (self.output.clone(), Arc::clone(&self.pending));
        async move {
            let line = line(&message);
            let room = output.room().await?;
            // In this order and without a pause: nobody who waits for the last answer may miss it, and whoever has read an
            // answer may use its id again.
            match &message {
                JsonRpcMessage::Response(response) => {
                    pending.remove(&response.id);
                }
                JsonRpcMessage::Error(error) => {
                    if let Some(id) = &error.id {
                        pending.remove(id);
                    }
                }
                JsonRpcMessage::Request(_) | JsonRpcMessage::Notification(_) => {}
            }
            room.fill(line);
            Ok(())
        }
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        if let Some(message) = self.incoming.lock().await.recv().await {
            return Some(message);
        }
        // rmcp gives calls in flight 5 s from here on. How long they have is ours to say, so it does not learn of the end.
        self.ended.cancel();
        std::future::pending().await
    }

    async fn close(&mut self) -> Result<(), Gone> {
        Ok(())
    }
}

/// The thread that reads stdin.
struct Reader<R> {
    lines: Lines<R>,
    messages: mpsc::Sender<ClientJsonRpcMessage>,
    refusals: Attached,
    pending: Arc<Pending>,
    lane: Arc<OnceLock<Lane>>,
}

impl<R: io::BufRead> Reader<R> {
    fn run(mut self) {
        loop {
            let read = match self.lines.next() {
                Ok(Some(Line::Whole(line))) => {
                    let lane = self.lane.get();
                    match lane.map(|lane| lane.take(line, &self.pending, &self.refusals)) {
                        Some(Taken::Yes) => continue,
                        Some(Taken::Refused(refusal)) => message::Read::Refused(vec![refusal]),
                        Some(Taken::No) | None => message::read(line),
                    }
                }
                Ok(Some(Line::TooLong(line))) => {
                    message::Read::Refused(vec![Refusal::too_long(line, LINE_BYTES)])
                }
                Ok(None) => return,
                Err(error) => {
                    tracing::warn!(%error, "stdin cannot be read");
                    return;
                }
            };
            if self.hand_on(read).is_err() {
                return;
            }
        }
    }

    fn hand_on(&self, read: message::Read) -> Result<(), Gone> {
        let message = match read {
            message::Read::Nothing => return Ok(()),
            message::Read::Refused(refusals) => {
                return refusals.iter().try_for_each(|refusal| self.refuse(refusal));
            }
            message::Read::Message(message) => *message,
        };
        match &message {
            JsonRpcMessage::Request(request) if !self.pending.open(&request.id, owed(request)) => {
                return self.refuse(&Refusal::id_in_use(&request.id));
            }
            JsonRpcMessage::Notification(notification) => {
                if let ClientNotification::CancelledNotification(cancelled) =
                    &notification.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    self.pending.cancel(id);
                }
            }
            _ => {}
        }
        self.messages.blocking_send(message).map_err(|_| Gone)
    }

    fn refuse(&self, refusal: &Refusal) -> Result<(), Gone> {
        self.refusals.blocking_send(line(refusal))
    }
}

/// What is owed for a request that goes to rmcp.
fn owed(request: &JsonRpcRequest<ClientRequest>) -> Open {
    match request.request {
        // It has no end to wait for.
        ClientRequest::SubscriptionsListenRequest(_) => Open::Endless,
        _ => Open::Owed(None),
    }
}

/// A message as the line it is sent as.
fn line(message: &impl serde::Serialize) -> Vec<u8> {
    // Every message is made of strings, numbers and JSON values, all of which can be written.
    let mut line = serde_json::to_vec(message).unwrap_or_default();
    line.push(b'\n');
    line
}
