//! The load: connections that send one request again and again, and read its answers as far as needed.
//!
//! Its thread never sleeps. Over loopback it is the server's thread that wakes a client that does, inside its own write and at its own cost:
//! 4 µs in a virtual machine. The slower server finds its clients asleep more often, and would pay for what no network card asks of it.

use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::Result;

/// Connections to a server, each with a request in flight.
pub(crate) const CONNECTIONS: usize = 32;

/// Sends a request this often over [`CONNECTIONS`], each connection its own one.
pub(crate) async fn send(
    address: SocketAddr,
    requests: &[Arc<Vec<u8>>],
    times: usize,
) -> Result<()> {
    let mut connections = JoinSet::new();
    for request in requests.iter().cycle().take(CONNECTIONS) {
        let request = Arc::clone(request);
        connections.spawn(async move {
            let mut connection = Connection::open(address).await?;
            for _ in 0..times / CONNECTIONS {
                let (status, _) = connection.ask(&request).await?;
                if status != 200 {
                    return Err(Error::other(format!("status {status}")));
                }
            }
            Ok(())
        });
    }
    let awake = tokio::spawn(async {
        loop {
            tokio::task::yield_now().await;
        }
    });
    let mut sent = Ok(());
    while let (Ok(()), Some(ended)) = (&sent, connections.join_next().await) {
        sent = ended?;
    }
    awake.abort();
    Ok(sent?)
}

/// One connection, kept open.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(16 * 1024),
        })
    }

    /// Sends a request and reads its answer: the status, and head and body as they came.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> std::io::Result<(u16, &[u8])> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let mut end = None;
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            if end.is_none() {
                end = End::of(&self.buffer);
            }
            let complete = match end {
                None => false,
                Some(End::At(length)) => self.buffer.len() >= length,
                Some(End::LastChunk) => self.buffer.ends_with(b"\r\n0\r\n\r\n"),
            };
            if complete {
                break;
            }
        }
        let status = self
            .buffer
            .get(9..12)
            .and_then(|code| str::from_utf8(code).ok());
        let status = status.and_then(|code| code.parse().ok()).unwrap_or(0);
        Ok((status, &self.buffer))
    }
}

/// Where an answer ends.
#[derive(Clone, Copy)]
enum End {
    At(usize),
    LastChunk,
}

impl End {
    /// As the head says it, once the head is there.
    fn of(buffer: &[u8]) -> Option<Self> {
        let head = buffer.windows(4).position(|end| end == b"\r\n\r\n")?;
        let text = str::from_utf8(&buffer[..head]).ok()?;
        let length = text.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let length = name.eq_ignore_ascii_case("content-length");
            length.then(|| value.trim().parse::<usize>().ok())?
        });
        Some(length.map_or(Self::LastChunk, |length| Self::At(head + 4 + length)))
    }
}
