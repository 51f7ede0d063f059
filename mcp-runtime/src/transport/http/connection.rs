//! One connection: its protocol's version, and how long its client may take.

use std::future::{Future as _, poll_fn};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::Watcher;
use tokio::net::TcpStream;
use tokio_io_timeout::TimeoutStream;

use super::front::Front;
use super::peer::Peer;

/// How long a client may take to send a request's head, and to begin its next request on a connection it keeps.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a client may let an answer lie unread before its connection is dropped.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// How often an HTTP/2 client must show that it is still there, and how fast.
const PING: Duration = Duration::from_secs(20);

/// The largest head of a request, in bytes. Of header lines it may have 100, which is hyper's own bound; said again, it would cost each
/// request a buffer.
const HEAD_BYTES: u32 = 64 * 1024;

/// What the requests of a connection share.
struct Client {
    peer: Peer,
    /// Whether a request has come.
    heard: AtomicBool,
    front: Arc<Front>,
}

/// One connection, until either side ends it. It must send a request at once, and read what it asked for.
pub(super) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    front: Arc<Front>,
    watcher: Watcher,
) {
    // An answer that is streamed goes out in several writes: the second one must not wait for the first one's acknowledgement.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY not set");
    }
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(WRITE_TIMEOUT));
    let client = Arc::new(Client {
        peer: Peer::at(peer),
        heard: AtomicBool::new(false),
        front,
    });
    let service = {
        let client = Arc::clone(&client);
        service_fn(move |request: hyper::Request<Incoming>| {
            client.heard.store(true, Ordering::Relaxed);
            let client = Arc::clone(&client);
            async move { client.front.answer(request, &client.peer).await }
        })
    };
    let connection = protocol()
        .serve_connection(TokioIo::new(Box::pin(stream)), service)
        .into_owned();
    // hyper's clock for a head starts once it knows the protocol's version; until then it is ours.
    let mut patience = pin!(tokio::time::sleep(HEAD_TIMEOUT));
    let silent = poll_fn(|context| match client.heard.load(Ordering::Relaxed) {
        // Not looked at any more, since this is asked at every turn of the connection.
        true => Poll::Pending,
        false => patience.as_mut().poll(context),
    });
    tokio::select! {
        ended = watcher.watch(connection) => {
            if let Err(error) = ended {
                tracing::debug!(error, "connection ended");
            }
        }
        () = silent => tracing::debug!("connection dropped: no request came"),
    }
}

fn protocol() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(HEAD_BYTES as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING)
        .max_header_list_size(HEAD_BYTES);
    builder
}
