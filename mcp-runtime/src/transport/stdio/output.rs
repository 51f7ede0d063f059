//! Whole lines to stdout, from a task of their own.

use std::io;

use tokio::sync::mpsc::{self, Permit, Receiver, Sender, WeakSender};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::streams::Outgoing;

/// Lines that may wait for a client that does not read before those who write wait too.
const WAITING: usize = 64;

/// Lines that wait go out in one write, up to this many bytes and the rest of a line.
const WRITE_BYTES: usize = 64 * 1024;

/// The way to the client. Each message is one line, and no two mix.
#[derive(Debug, Clone)]
pub(super) struct Output(Sender<Vec<u8>>);

/// The way to the client for one that must not keep it open.
#[derive(Debug)]
pub(super) struct Attached(WeakSender<Vec<u8>>);

/// What becomes of the lines.
#[derive(Debug)]
pub(super) struct Fate {
    /// Cancelled when a line could not be written: the client is gone.
    pub(super) broken: CancellationToken,
    writing: AbortOnDropHandle<()>,
}

impl Fate {
    /// Waits until the last line is written, after every [`Output`] was dropped, or until a line could not be. stdout is closed then.
    pub(super) async fn done(self) {
        // It fails where the runtime ends, and then nobody waits.
        let _ = self.writing.await;
    }
}

impl Output {
    /// Starts the task that writes.
    pub(super) fn open(to: Outgoing) -> (Self, Fate) {
        let (sender, lines) = mpsc::channel(WAITING);
        let broken = CancellationToken::new();
        let told = broken.clone();
        let writing = tokio::spawn(async move {
            if let Err(error) = write(lines, to).await {
                tracing::info!(%error, "the client does not read any more");
                told.cancel();
            }
        });
        let writing = AbortOnDropHandle::new(writing);
        (Self(sender), Fate { broken, writing })
    }

    /// Waits until there is room for a line. Fails when the client is gone.
    pub(super) async fn room(&self) -> Result<Room<'_>, Gone> {
        self.0.reserve().await.map(Room).map_err(|_| Gone)
    }

    pub(super) fn attach(&self) -> Attached {
        Attached(self.0.downgrade())
    }
}

/// Room for one line.
pub(super) struct Room<'a>(Permit<'a, Vec<u8>>);

impl Room<'_> {
    pub(super) fn fill(self, line: Vec<u8>) {
        self.0.send(line);
    }
}

impl Attached {
    /// The way to the client, for as long as it is needed.
    pub(super) fn output(&self) -> Option<Output> {
        self.0.upgrade().map(Output)
    }

    /// Waits until there is room for a line, and writes it.
    pub(super) async fn send(&self, line: Vec<u8>) -> Result<(), Gone> {
        let sender = self.0.upgrade().ok_or(Gone)?;
        sender.send(line).await.map_err(|_| Gone)
    }
}

/// Nobody reads what is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gone;

impl std::fmt::Display for Gone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the client is gone")
    }
}

impl std::error::Error for Gone {}

async fn write(mut lines: Receiver<Vec<u8>>, mut to: Outgoing) -> io::Result<()> {
    while let Some(mut bytes) = lines.recv().await {
        // What waits already goes out together.
        while bytes.len() < WRITE_BYTES
            && let Ok(line) = lines.try_recv()
        {
            bytes.extend_from_slice(&line);
        }
        to.write_all(bytes).await?;
    }
    Ok(())
}
