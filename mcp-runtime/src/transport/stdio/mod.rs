//! The server on stdin and stdout, for a client that started it.
//!
//! Each line that comes in is answered, if it carries an id: what is not a message of MCP with an error that says why. At the
//! end of stdin the calls in flight are answered, and the server stops.
//!
//! One task reads and another one writes. Where stdin and stdout are pipes or sockets, the runtime polls them, and no call goes through a thread
//! that only reads or writes; see [`streams`].

mod lane;
mod lines;
mod output;
mod own;
mod pending;
mod reader;
mod streams;

use std::future::Future;
use std::io;
use std::sync::{Arc, OnceLock};

use futures_util::future::BoxFuture;
use rmcp::model::{ClientJsonRpcMessage, JsonRpcMessage, ServerJsonRpcMessage};
use rmcp::service::{RoleServer, ServerInitializeError};
use rmcp::transport::Transport;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use self::lane::Lane;
use self::output::{Fate, Gone, Output};
use self::pending::Pending;
use self::reader::Reader;
use self::streams::{Incoming, Outgoing};
use crate::error::{Result, ServerError};
use crate::server::handler::Handler;
use crate::server::lifecycle::Lifecycle;
use crate::server::{Core, Server};

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
    ///
    /// # Panics
    /// On a runtime without I/O or time. `#[tokio::main]` and `Builder::enable_all` have both.
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

async fn converse(server: Arc<Core>, input: Incoming, output: Outgoing) -> Result<()> {
    let (output, fate) = Output::open(output);
    let (connection, reader) = Connection::open(output);
    let reading = AbortOnDropHandle::new(tokio::spawn(reader.run(input)));
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
    reading.abort();
    // stdin is closed then. It fails, since it was told to end.
    let _ = reading.await;
    fate.done().await;
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
        let overdue = lifecycle.overdue();
        tracing::debug!(in_flight = lifecycle.admission.in_flight(), "draining");
        tokio::select! {
            () = connection.pending.emptied() => {}
            () = overdue => {}
        }
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
    /// The connection, and what has to read for it.
    fn open(output: Output) -> (Self, Reader) {
        let (messages, incoming) = mpsc::channel(READ_AHEAD);
        let pending = Arc::new(Pending::default());
        let lane = Arc::new(OnceLock::new());
        let reader = Reader {
            messages,
            refusals: output.attach(),
            pending: Arc::clone(&pending),
            lane: Arc::clone(&lane),
        };
        let connection = Self {
            output,
            incoming: Arc::new(tokio::sync::Mutex::new(incoming)),
            pending,
            lane,
            ended: CancellationToken::new(),
        };
        (connection, reader)
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

/// A message as the line it is sent as.
fn line(message: &impl serde::Serialize) -> Vec<u8> {
    // Every message is made of strings, numbers and JSON values, all of which can be written.
    let mut line = serde_json::to_vec(message).unwrap_or_default();
    line.push(b'\n');
    line
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
